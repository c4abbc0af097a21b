# exit 0: the same content gives the same bytes, whatever the order and the times on disk
tree a x=1 y=2 z/q=3
tree b z/q=3 y=2 x=1
touch -d 2001-01-01 b/x b/z
minipkg build a -o a.pkg.tar.gz --name n --version 1 --arch noarch -q
minipkg build b -o b.pkg.tar.gz --name n --version 1 --arch noarch -q
cmp a.pkg.tar.gz b.pkg.tar.gz && echo same
