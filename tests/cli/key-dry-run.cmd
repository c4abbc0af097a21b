# exit 2: commands that only write have no dry run
test_keys
mkdir R
minipkg -n key add vendor.pub --root R
minipkg -n key policy none --root R
minipkg -n key generate x.key
minipkg -n sign vendor.pub -s vendor.key
ls R
minipkg -n key revoke vendor --root R
