# exit 0: nothing to do takes no lock and reads no data
pack hello 1.0 usr/bin/hello=one
mkdir R
setup install -r R hello-1.0.pkg.tar
chmod -w R/var/lib/minipkg
minipkg install --root R hello-1.0.pkg.tar
ls R/var/lib/minipkg
minipkg install --root R --json hello-1.0.pkg.tar
