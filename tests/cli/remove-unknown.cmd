# exit 3: all of them or none
pack hello 1.0 usr/bin/hello=one
mkdir R
setup install -r R hello-1.0.pkg.tar
minipkg remove --root R hello world
echo $?
minipkg list --root R
minipkg remove --json --root R list
