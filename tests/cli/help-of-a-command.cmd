# exit 0: help of one command names it as it is typed
minipkg remove --help
