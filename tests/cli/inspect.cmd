# exit 0: a native package, checked and shown
tree v usr/bin/hello=one 'usr/bin/hi->hello' var/empty/
chmod 4755 v/usr/bin/hello
chmod 1777 v/var/empty
minipkg build v -o hello.pkg.tar --name hello --version 1.0 --arch x86_64 -q
minipkg inspect hello.pkg.tar
