# exit 0: a first install
pack hello 1.0 usr/bin/hello=one etc/hello.conf=conf
mkdir R
minipkg install --root R hello-1.0.pkg.tar
cat R/usr/bin/hello
