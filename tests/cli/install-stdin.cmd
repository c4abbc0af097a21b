# exit 0: - is standard input
pack hello 1.0 usr/bin/hello=one
mkdir R
minipkg install --root R - < hello-1.0.pkg.tar
minipkg list --root R
