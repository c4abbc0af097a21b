# exit 2: nothing there to pack
minipkg build nowhere -o hello.pkg.tar --name hello --version 1.0 --arch noarch
