# exit 1: a package that is not installed
mkdir R
minipkg verify --root R hello
