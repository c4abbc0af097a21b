# exit 0: the report as JSON
pack hello 1.0 usr/bin/hello=one
mkdir R
setup install -r R hello-1.0.pkg.tar
minipkg remove --json --root R hello
