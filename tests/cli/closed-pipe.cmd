# exit 0: a reader that leaves early is no error worth a word
tree v $(seq -f 'usr/share/hello/file-%g=x' 3000)
minipkg build v -o hello.pkg.tar --name hello --version 1 --arch noarch -q
minipkg files hello.pkg.tar | head -n 1
