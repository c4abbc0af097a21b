# exit 0: the plan as JSON
pack hello 1.0 usr/bin/hello=one etc/hello.conf=conf
pack hello 1.1 usr/bin/hello=two etc/hello.conf=conf usr/share/doc/hello/README=read
mkdir R
setup install -r R hello-1.0.pkg.tar
minipkg install --dry-run --json --root R hello-1.1.pkg.tar
