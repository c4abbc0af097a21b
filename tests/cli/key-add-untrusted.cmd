# exit 0: a key that its own file says was revoked, or has expired, is added as that
test_keys
mkdir R
echo 'revoked: 2001-02-03' >> vendor.pub
minipkg key add vendor.pub --root R
echo 'expires: 2001-02-03' >> other.pub
minipkg key add other.pub --root R
minipkg key list --root R
