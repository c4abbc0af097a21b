# exit 0: several packages are one transaction
pack hello 1.0 usr/bin/hello=one
pack world 2.0 usr/bin/world=two
mkdir R
minipkg install --live --root R world-2.0.pkg.tar hello-1.0.pkg.tar
minipkg history --root R
