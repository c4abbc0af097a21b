# exit 0: the report as JSON, and nothing else on stdout
pack hello 1.0 usr/bin/hello=one
mkdir R
minipkg install --live --json --root R hello-1.0.pkg.tar
