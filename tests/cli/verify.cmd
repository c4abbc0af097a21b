# exit 1: rpm's nine letters
pack hello 1.0 etc/changed=1 etc/mode=2 etc/gone=3 etc/fine=4 'etc/link->fine'
mkdir R
setup install -r R hello-1.0.pkg.tar
minipkg verify --root R
echo $?
echo changed > R/etc/changed
chmod 600 R/etc/mode
rm R/etc/gone
ln -sf gone R/etc/link
minipkg verify -v --root R
echo $?
minipkg verify --json --root R hello
