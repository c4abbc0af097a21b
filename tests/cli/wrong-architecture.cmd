# exit 3: the running system takes what runs on it; any other root takes all (this only plans)
tree v opt/minipkg-test/x=1
minipkg build v -o foreign.pkg.tar --name minipkg-test-foreign --version 1 --arch vax -q
mkdir R
minipkg install -q --root R foreign.pkg.tar && minipkg list --root R
minipkg install --dry-run foreign.pkg.tar
