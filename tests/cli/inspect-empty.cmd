# exit 6: an empty file
: > empty.pkg.tar
minipkg inspect empty.pkg.tar
