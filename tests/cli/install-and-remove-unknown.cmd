# exit 3: nothing is installed if one of --remove is not there
pack new 1.0 usr/bin/new=two
mkdir R
minipkg install --root R new-1.0.pkg.tar --remove old --remove new
