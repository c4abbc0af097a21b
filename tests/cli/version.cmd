# exit 0: the version goes to stdout
minipkg --version
