# exit 0: progress on stderr only if it is a terminal, or if asked for; gone at the end
pack hello 1.0 usr/bin/hello=one
mkdir R
minipkg install -q --root R hello-1.0.pkg.tar
minipkg remove -q --root R hello
minipkg install -q --root R --progress always hello-1.0.pkg.tar 2> shown
tr '\r' '\n' < shown | grep -c unpacking
tail -c 3 shown | od -An -c
