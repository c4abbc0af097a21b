# exit 2: a file that cannot be opened
minipkg inspect nowhere.pkg.tar
