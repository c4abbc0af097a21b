# exit 6: what the root has revoked is trusted by no other directory either
test_keys
mkdir R K
setup key add vendor.pub --root R
setup key revoke vendor --root R
cp vendor.pub K/vendor-copy.pub
signed hello 1.0 usr/bin/hello=one
minipkg verify-package --root R --keys K hello-1.0.pkg.tar
echo $?
minipkg install --root R --policy signature --keys K hello-1.0.pkg.tar
