# exit 6: not a package at all
echo "this is no archive" > garbage.pkg.tar
minipkg inspect garbage.pkg.tar
