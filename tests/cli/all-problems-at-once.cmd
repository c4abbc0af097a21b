# exit 3: every reason is told at once
pack old 1.0 usr/bin/a=old
pack down 2.0 usr/bin/d=2
pack down 1.0 usr/bin/d=1
pack new 2.0 usr/bin/a=new usr/bin/u=new
mkdir R
setup install -r R old-1.0.pkg.tar down-2.0.pkg.tar
echo mine > R/usr/bin/u
minipkg install --root R new-2.0.pkg.tar down-1.0.pkg.tar
