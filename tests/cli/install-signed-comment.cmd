# exit 0: trusted comments are shown escaped
test_keys
mkdir R
pack hello 1.0 usr/bin/hello=one
minipkg sign hello-1.0.pkg.tar -s vendor.key -t "$(printf 'a\033[31mb\342\200\256c\td')" -q
minipkg verify-package hello-1.0.pkg.tar -p vendor.pub
minipkg verify-package hello-1.0.pkg.tar -p vendor.pub --json
