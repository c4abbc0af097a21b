# exit 8: keys and policy that others could write are not believed
[ "$(id -u)" = 0 ] && chown 65534 . 2>/dev/null && chown 0 . || exit 77
test_keys
mkdir R
setup key add vendor.pub --root R
setup key policy signature --root R
signed hello 1.0 usr/bin/hello=one
chmod 666 R/etc/minipkg/keys/vendor.pub
minipkg install --root R hello-1.0.pkg.tar
echo $?
chmod 644 R/etc/minipkg/keys/vendor.pub
chown 65534 R/etc/minipkg/keys
minipkg key list --root R
echo $?
chown 0 R/etc/minipkg/keys
chmod 775 R/etc/minipkg
minipkg install --root R hello-1.0.pkg.tar
echo $?
chmod 755 R/etc/minipkg
chmod 646 R/etc/minipkg/policy
minipkg install --root R hello-1.0.pkg.tar
echo $?
chmod 644 R/etc/minipkg/policy
mkdir K
cp vendor.pub K
chmod 777 K
minipkg install --root R --keys K hello-1.0.pkg.tar
