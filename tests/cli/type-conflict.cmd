# exit 3: a directory with something unowned in it does not become a file
tree v1 opt/a/file=1
tree v2 opt/a=2
for v in 1 2; do minipkg build v$v -o $v.pkg.tar --name turn --version $v --arch noarch -q; done
mkdir R
setup install -r R 1.pkg.tar
echo mine > R/opt/a/mine
minipkg install -r R 2.pkg.tar
