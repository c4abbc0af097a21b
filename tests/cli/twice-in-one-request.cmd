# exit 3: one package, asked for twice
pack hello 1.0 usr/bin/hello=one
pack hello 1.1 usr/bin/hello=two
mkdir R
minipkg install --root R hello-1.0.pkg.tar hello-1.1.pkg.tar
