# exit 0: the answer of build is the manifest it wrote
tree v usr/bin/hello=one
minipkg build v -o hello.pkg.tar --name hello --version 1.0 --arch x86_64 --json
