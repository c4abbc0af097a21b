# exit 0: a new version with the same files: its archive is not read
pack hello 1.0 usr/bin/hello=one
pack hello 1.1 usr/bin/hello=one
mkdir R
setup install -r R hello-1.0.pkg.tar
minipkg install --root R hello-1.1.pkg.tar
minipkg list --root R
