# exit 0: a directory becomes a link, a link a directory
tree v1 opt/a/file=1 'opt/b->a'
tree v2 'opt/a->b' opt/b/file=2
for v in 1 2; do minipkg build v$v -o $v.pkg.tar --name turn --version $v --arch noarch -q; done
mkdir R
setup install -r R 1.pkg.tar
minipkg install -r R 2.pkg.tar
find R/opt | sort
cat R/opt/a/file
minipkg verify -r R
