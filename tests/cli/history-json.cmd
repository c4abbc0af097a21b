# exit 0: the list as JSON
pack hello 1.0 usr/bin/hello=one
mkdir R
setup install --live -r R hello-1.0.pkg.tar
minipkg history --json --root R
