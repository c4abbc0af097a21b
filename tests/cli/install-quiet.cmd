# exit 0: -q says nothing
pack hello 1.0 usr/bin/hello=one
mkdir R
minipkg install -q --root R hello-1.0.pkg.tar
