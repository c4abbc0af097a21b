# exit 0: extended attributes and capabilities are packed and installed
tree v usr/bin/ping=x
setcap cap_net_raw=ep v/usr/bin/ping 2>/dev/null && setfattr -n user.note -v seen v/usr/bin/ping 2>/dev/null || exit 77
minipkg build v -o ping.pkg.tar --name ping --version 1 --arch noarch -q
mkdir R
minipkg install -q -r R ping.pkg.tar
getcap R/usr/bin/ping
getfattr --only-values -n user.note R/usr/bin/ping
echo
minipkg verify -r R
setcap -r R/usr/bin/ping
minipkg verify -r R
[ $? = 1 ]
