# exit 3: an older version must be asked for
pack hello 1.9 usr/bin/hello=one
pack hello 1.10 usr/bin/hello=two
mkdir R
setup install -r R hello-1.10.pkg.tar
minipkg install --root R hello-1.9.pkg.tar
