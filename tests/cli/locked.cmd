# exit 7: another one at work is named
pack hello 1.0 usr/bin/hello=one
pack hello 1.1 usr/bin/hello=two
mkdir R
setup install --live -r R hello-1.0.pkg.tar
flock R/var/lib/minipkg/lock minipkg install -q --root R hello-1.1.pkg.tar 2>&1 | sed 's/[0-9]\{2,\}/PID/'
flock R/var/lib/minipkg/lock minipkg install -q --root R hello-1.1.pkg.tar 2>/dev/null
