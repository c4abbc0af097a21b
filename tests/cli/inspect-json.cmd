# exit 0: the same as JSON, manifest and all
tree v usr/bin/hello=one
minipkg build v -o hello.pkg.tar --name hello --version 1.0 --arch x86_64 -q
minipkg inspect --json hello.pkg.tar
