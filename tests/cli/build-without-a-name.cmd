# exit 2: a package needs name, version and architecture
tree v x=1
minipkg build v -o hello.pkg.tar
