# exit 11: an answer that cannot be written is an error
pack hello 1.0 usr/bin/hello=one
mkdir R
setup install -r R hello-1.0.pkg.tar
minipkg list --root R > /dev/full
echo $?
minipkg list --root R --json > /dev/full
echo $?
minipkg list --root R >&-
