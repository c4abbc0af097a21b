# exit 1: one of the names is not there
pack hello 1.0 usr/bin/hello=one
mkdir R
setup install -r R hello-1.0.pkg.tar
minipkg list --root R hello world
