# exit 0: --simulate and --test
pack hello 1.0 usr/bin/hello=one
mkdir R
minipkg --simulate install --root R hello-1.0.pkg.tar
minipkg install --test --root R hello-1.0.pkg.tar
minipkg list --root R
