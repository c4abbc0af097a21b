# exit 0: name, version, architecture, separated by tabs
pack hello 1.0 usr/bin/hello=one
pack world 2.0 usr/bin/world=two
mkdir R
setup install -r R hello-1.0.pkg.tar world-2.0.pkg.tar
minipkg list --root R
minipkg list --root R 'w*'
minipkg list --root R --json hello
