# exit 3: a revoked key is not added again and not forgotten
test_keys
mkdir R
setup key add vendor.pub --root R
setup key revoke vendor --root R
minipkg key add vendor.pub --name again --root R
echo $?
minipkg key remove vendor --root R
