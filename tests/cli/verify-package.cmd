# exit 6: signature and content of packages, without a root being touched
test_keys
mkdir R
setup key add vendor.pub --root R
signed hello 1.0 usr/bin/hello=one
signed other 1.0 usr/bin/other=one
find R | sort > before
minipkg verify-package --root R hello-1.0.pkg.tar other-1.0.pkg.tar
echo $?
minipkg verify-package -p vendor.pub hello-1.0.pkg.tar --json
mkdir K
cp other.pub K
minipkg verify-package --keys K hello-1.0.pkg.tar
echo $?
sed 's/one$/two/' other-1.0.pkg.tar > lies-1.0.pkg.tar
minipkg sign lies-1.0.pkg.tar -s vendor.key -q
find R | sort | diff before -
minipkg verify-package --root R missing.pkg.tar lies-1.0.pkg.tar hello-1.0.pkg.tar
echo $?
minipkg verify-package --root R missing.pkg.tar lies-1.0.pkg.tar hello-1.0.pkg.tar --json
