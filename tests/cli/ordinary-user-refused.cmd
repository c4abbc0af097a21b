# exit 8: and may change nothing
[ "$(id -u)" = 0 ] && setpriv --reuid 65534 --clear-groups true 2>/dev/null || exit 77
pack hello 1.0 usr/bin/hello=one
pack hello 1.1 usr/bin/hello=two
mkdir R
setup install --live -r R hello-1.0.pkg.tar
chmod 755 . .. 2>/dev/null
setpriv --reuid 65534 --clear-groups minipkg remove --root R hello
echo $?
setpriv --reuid 65534 --clear-groups minipkg recover --root R
echo $?
setpriv --reuid 65534 --clear-groups minipkg install --root R hello-1.1.pkg.tar
