# exit 7: while another one holds the lock
pack hello 1.0 usr/bin/hello=one
pack hello 1.1 usr/bin/hello=two
mkdir R
setup install --live -r R hello-1.0.pkg.tar
flock R/var/lib/minipkg/lock minipkg list --root R
flock R/var/lib/minipkg/lock minipkg install -q --root R hello-1.1.pkg.tar
