# exit 0: signatures are minisign's, the same each time
test_keys
pack hello 1.0 usr/bin/hello=one
minipkg sign hello-1.0.pkg.tar -s vendor.key
cat hello-1.0.pkg.tar.minisig
minipkg sign hello-1.0.pkg.tar -s vendor.key -x out -c untrusted -t trusted --json
cat out
