# exit 6: without a policy a signature or digest that is given must hold all the same
test_keys
mkdir R
signed hello 1.0 usr/bin/hello=one
minipkg install --root R hello-1.0.pkg.tar --signature hello-1.0.pkg.tar.minisig
echo $?
mkdir K
cp vendor.pub K
minipkg install --root R hello-1.0.pkg.tar --signature hello-1.0.pkg.tar.minisig --keys K
echo $?
echo garbage > garbage.pkg.tar
minipkg install --root R garbage.pkg.tar --sha256 "$(printf '%064d' 0)"
