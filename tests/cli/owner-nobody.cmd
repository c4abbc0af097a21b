# exit 1: nobody's
pack hello 1.0 usr/bin/hello=one
mkdir R
setup install -r R hello-1.0.pkg.tar
minipkg owner --root R /usr/bin/hello /etc/passwd
minipkg owner --root R --json /etc/passwd 2>/dev/null
