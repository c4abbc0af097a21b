# exit 0: a package file, and what was put into it
tree v usr/bin/hello=one etc/hello.conf=conf var/empty/ 'usr/bin/hi->hello'
minipkg build v -o hello.pkg.tar --name hello --version 1.0 --arch x86_64
tar tf hello.pkg.tar
