# exit 0: the names that other tools give the root
pack hello 1.0 usr/bin/hello=one
mkdir R
setup install --rootdir R hello-1.0.pkg.tar
minipkg list --installroot R
