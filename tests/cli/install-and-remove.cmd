# exit 0: --remove takes a package away in the same transaction
pack hello 1.0 usr/bin/hello=one
pack old 1.0 usr/bin/old=two usr/bin/moves=two
pack new 1.0 usr/bin/new=two usr/bin/moves=two
mkdir R
setup install --live -r R hello-1.0.pkg.tar old-1.0.pkg.tar
minipkg install --root R new-1.0.pkg.tar --remove old
minipkg list --root R
ls R/usr/bin
