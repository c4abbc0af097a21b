# exit 1: no such transaction
mkdir R
minipkg history show 7 --root R
