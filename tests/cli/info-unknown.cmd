# exit 1: not installed
mkdir R
minipkg info --root R hello
