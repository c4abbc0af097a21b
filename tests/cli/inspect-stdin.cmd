# exit 0: - is standard input
pack hello 1.0 usr/bin/hello=one
minipkg inspect - < hello-1.0.pkg.tar | head -n 3
