# exit 6: --verify-archive reads on though no byte is needed
pack hello 1.0 usr/bin/hello=one
mkdir R
setup install -r R hello-1.0.pkg.tar
size=$(stat -c %s hello-1.0.pkg.tar)
tr o 0 < hello-1.0.pkg.tar | tail -c 9000 > changed
head -c "$((size - 9000))" hello-1.0.pkg.tar > damaged.pkg.tar
cat changed >> damaged.pkg.tar
cmp -s damaged.pkg.tar hello-1.0.pkg.tar
minipkg install --root R hello-1.0.pkg.tar --verify-archive
head -c -2000 hello-1.0.pkg.tar > short.pkg.tar
minipkg install --root R short.pkg.tar --verify-archive
