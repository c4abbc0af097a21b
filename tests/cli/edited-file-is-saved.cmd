# exit 0: a file edited by hand is kept beside, and named
pack hello 1.0 etc/hello.conf=one
pack hello 1.1 etc/hello.conf=two
mkdir R
setup install -r R hello-1.0.pkg.tar
echo by hand > R/etc/hello.conf
minipkg install --root R hello-1.1.pkg.tar
head R/etc/*
