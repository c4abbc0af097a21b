# exit 2: an unknown command
minipkg frobnicate
