# exit 0: a root that keeps no record says so
pack hello 1.0 usr/bin/hello=one
mkdir R
setup install -r R hello-1.0.pkg.tar
minipkg needs-restart --root R
