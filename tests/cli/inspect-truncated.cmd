# exit 6: the end is missing
pack hello 1.0 usr/bin/hello=one usr/share/big=two
head -c 3000 hello-1.0.pkg.tar > short.pkg.tar
minipkg inspect short.pkg.tar
