# exit 0: neither root nor database come out of the environment
pack hello 1.0 usr/bin/hello=one
mkdir R other
setup install -r R hello-1.0.pkg.tar
MINIPKG_ROOT=other MINIPKG_DB=other minipkg list -r R
