# exit 0: the first owner's mode wins, and that is told
tree a usr/share/x/a=1
tree b usr/share/x/b=1
chmod 0700 b/usr/share/x
minipkg build a -o a.pkg.tar --name a --version 1 --arch noarch -q
minipkg build b -o b.pkg.tar --name b --version 1 --arch noarch -q
mkdir R
setup install -r R a.pkg.tar
minipkg install --root R b.pkg.tar
stat -c %a R/usr/share/x
