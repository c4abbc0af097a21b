# exit 0: what no package owns and is in the way moves below a directory of the root
tree v1 opt/a/file=1
tree v2 opt/a=2 etc/conf=theirs
for v in 1 2; do minipkg build v$v -o $v.pkg.tar --name turn --version $v --arch noarch -q; done
mkdir R
setup install -r R 1.pkg.tar
mkdir -p R/opt/a/deep R/etc
echo mine > R/opt/a/mine
echo deeper > R/opt/a/deep/er
echo before > R/etc/conf
minipkg install -r R 2.pkg.tar
minipkg install -r R 2.pkg.tar --backup-unowned aside
minipkg --sync none install -r R 2.pkg.tar --backup-unowned /srv//aside/ | sed 's/, [0-9.]* s$//'
(cd R && find opt etc srv -type f | sort && cat opt/a etc/conf srv/aside/opt/a/mine srv/aside/opt/a/deep/er srv/aside/etc/conf)
stat -c '%a %n' R/srv/aside R/srv/aside/etc R/srv/aside/opt/a
