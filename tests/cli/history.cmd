# exit 0: newest first, and one of them with its files
pack hello 1.0 usr/bin/hello=one
pack hello 1.1 usr/bin/hello=two
mkdir R
setup install --live -r R hello-1.0.pkg.tar
setup install -r R hello-1.1.pkg.tar
setup remove -r R hello
minipkg history --root R
minipkg history list --root R | cut -f 1
minipkg history show 2 --root R
minipkg history --json --root R show 2
