# exit 2: nothing to do is wrong usage
minipkg
