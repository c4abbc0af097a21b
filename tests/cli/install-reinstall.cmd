# exit 0: --reinstall looks again, and keeps what is as it should be
pack hello 1.0 usr/bin/hello=one
mkdir R
setup install -r R hello-1.0.pkg.tar
rm R/usr/bin/hello
minipkg install --reinstall --root R hello-1.0.pkg.tar
cat R/usr/bin/hello
