# exit 0: keys are added, listed, removed and revoked
test_keys
mkdir R
minipkg key --root R
minipkg key add vendor.pub --root R
minipkg key add other.pub --name elsewhere --expires 2001-02-03 --root R
minipkg key list --root R
minipkg key list --root R --json
minipkg key revoke 481252b60c97990d --root R
minipkg key remove elsewhere --root R
minipkg key list --root R
sed 's/revoked: 20.*/revoked: DAY/' R/etc/minipkg/keys/vendor.pub
stat -c '%a %n' R/etc R/etc/minipkg R/etc/minipkg/keys R/etc/minipkg/keys/vendor.pub
