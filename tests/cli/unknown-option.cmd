# exit 2: an unknown option is named
minipkg install --frob x.pkg.tar
