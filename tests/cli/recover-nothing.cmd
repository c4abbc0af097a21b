# exit 0: there is nothing to recover
pack hello 1.0 usr/bin/hello=one
mkdir R
setup install --live -r R hello-1.0.pkg.tar
minipkg recover --root R
minipkg recover --root R --json
minipkg recover --root R -n
[ $? = 2 ]
