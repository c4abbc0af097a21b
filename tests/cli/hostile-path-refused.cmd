# exit 6: a package that climbs out of the root
mkdir -p v/sub R
echo x > outside
tar -C v --owner=0 --group=0 --transform 's,^,../,' -cf climb-1-1.noarch.pkg.tar sub 2>/dev/null
minipkg install --root R climb-1-1.noarch.pkg.tar
