# exit 0: a signed package is installed, and said whose it is
test_keys
mkdir R
setup key add vendor.pub --root R
setup key policy signature --root R
signed hello 1.0 usr/bin/hello=one
minipkg install --root R hello-1.0.pkg.tar
cat R/usr/bin/hello
minipkg install --root R --reinstall --json hello-1.0.pkg.tar
