# exit 0: and then each one is told
mkdir v R
echo one > v/su
chmod 4755 v/su
mkfifo v/fifo
tar -C v --owner=0 --group=0 -cf su-1.0-1.noarch.pkg.tar .
minipkg install --root R --allow-special su-1.0-1.noarch.pkg.tar
stat -c '%A %n' R/su R/fifo
