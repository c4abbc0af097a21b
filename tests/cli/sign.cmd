# exit 0: signatures are minisign's, the same each time
test_keys
echo hello > f
minipkg sign f -s vendor.key
cat f.minisig
minipkg sign f -s vendor.key -x out -c untrusted -t trusted --json
cat out
