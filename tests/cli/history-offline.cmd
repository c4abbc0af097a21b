# exit 0: an offline root keeps none
pack hello 1.0 usr/bin/hello=one
mkdir R
setup install -r R hello-1.0.pkg.tar
minipkg history --root R
ls R/var/lib/minipkg
