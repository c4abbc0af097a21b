# exit 2: there is nothing to plan about a build
tree v x=1
minipkg build -n v -o hello.pkg.tar --name hello --version 1.0 --arch noarch
ls
minipkg build -n v -o hello.pkg.tar --name hello --version 1.0 --arch noarch 2>/dev/null
