# exit 0: an empty report
pack hello 1.0 usr/bin/hello=one
mkdir R
setup install --live -r R hello-1.0.pkg.tar
minipkg needs-restart --root R
minipkg needs-restart --root R --json
