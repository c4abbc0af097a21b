# exit 6: signatures of keys that expired or were revoked are refused, all reasons at once
test_keys
mkdir R
setup key add vendor.pub --expires 2001-02-03 --root R
signed hello 1.0 usr/bin/hello=one
minipkg install --policy signature --root R hello-1.0.pkg.tar
echo $?
setup key revoke vendor --root R
minipkg install --policy signature --root R hello-1.0.pkg.tar
