# exit 0: a bare tar is installed, upgraded and removed like a native package
mkdir -p v/usr/bin R
echo one > v/usr/bin/hello
tar -C v --owner=0 --group=0 -cf hello-2.12.1-1.x86_64.pkg.tar .
echo two > v/usr/bin/hello
tar -C v --owner=0 --group=0 -czf hello-2.12.2-1.x86_64.pkg.tar.gz .
minipkg install --root R hello-2.12.1-1.x86_64.pkg.tar
minipkg install --root R hello-2.12.2-1.x86_64.pkg.tar.gz
minipkg list --root R
cat R/usr/bin/hello
minipkg remove --root R hello
find R/usr 2>/dev/null
:
