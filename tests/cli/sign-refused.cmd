# exit 2: what cannot be signed
test_keys
echo hello > f
minipkg sign f -s vendor.pub
echo $?
minipkg sign f -s missing.key
echo $?
minipkg sign missing -s vendor.key
echo $?
minipkg sign . -s vendor.key
echo $?
minipkg sign f -s vendor.key -t 'two
lines'
echo $?
minipkg sign f -s vendor.key -x nowhere/f.minisig
echo $?
ls
minipkg sign f
