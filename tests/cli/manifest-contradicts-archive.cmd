# exit 6: one file too many in the archive; nothing is changed
pack hello 1.0 usr/bin/hello=one
mkdir extra R
echo x > extra/more
tar -C extra --owner=0 --group=0 --format=pax -rf hello-1.0.pkg.tar more
minipkg install -q --root R hello-1.0.pkg.tar
echo $?
find R
minipkg install -q --json --root R hello-1.0.pkg.tar 2>/dev/null
