# exit 6: a bare tar brings a setuid file only if that is allowed
mkdir v R
echo one > v/su
chmod 4755 v/su
tar -C v --owner=0 --group=0 -cf su-1.0-1.noarch.pkg.tar .
minipkg install --root R su-1.0-1.noarch.pkg.tar
