# exit 2: the end of the name must tell the form
tree v x=1
minipkg build v -o hello.zip --name hello --version 1.0 --arch noarch
