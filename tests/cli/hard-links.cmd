# exit 0: hard links stay links of one inode, also after an upgrade
tree v1 usr/bin/a=one
ln v1/usr/bin/a v1/usr/bin/b
tree v2 usr/bin/a=two
ln v2/usr/bin/a v2/usr/bin/b
for v in 1 2; do minipkg build v$v -o $v.pkg.tar --name links --version $v --arch noarch -q; done
mkdir R
setup install -r R 1.pkg.tar
stat -c '%h %n' R/usr/bin/*
minipkg install -r R 2.pkg.tar
stat -c '%h %n' R/usr/bin/*
cat R/usr/bin/b
minipkg verify -r R
minipkg files -v -r R links
