# exit 0: global options are understood on both sides of the command
pack hello 1.0 usr/bin/hello=one
mkdir R
setup --root R install hello-1.0.pkg.tar
minipkg --root R list
minipkg list --root R
minipkg --root=R list
minipkg list -r R
