# exit 3: a conflict names both packages and all paths, and nothing is changed
pack old 1.0 usr/bin/a=old usr/bin/b=old
pack new 2.0 usr/bin/a=new usr/bin/b=new usr/bin/c=new
mkdir R
setup install -r R old-1.0.pkg.tar
minipkg install --root R new-2.0.pkg.tar
echo $?
cat R/usr/bin/a
ls R/usr/bin
minipkg install --root R --json new-2.0.pkg.tar 2>/dev/null
