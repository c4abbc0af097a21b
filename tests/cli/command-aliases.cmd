# exit 0: the names that other tools give the commands
pack hello 1.0 usr/bin/hello=one
mkdir R
minipkg add -r R -q hello-1.0.pkg.tar
minipkg ls -r R
minipkg show -r R hello
minipkg which -r R /usr/bin/hello
minipkg owns -r R /usr/bin/hello
minipkg check -r R
minipkg ps --root R 2>/dev/null
for alias in rm erase delete uninstall; do
  minipkg "$alias" -r R -q hello && minipkg i -r R -q hello-1.0.pkg.tar
done
minipkg pack hello-1.0 -o x.pkg.tar --name x --version 1 --arch noarch -q
minipkg create hello-1.0 -o y.pkg.tar --name x --version 1 --arch noarch -q
cmp x.pkg.tar y.pkg.tar
