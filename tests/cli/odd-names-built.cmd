# exit 0: a package of odd names can be built by those who ask for it
mkdir v R
printf x > "$(printf 'v/two\nlines')"
minipkg build v -o odd.pkg.tar --name odd --version 1 --arch noarch
echo "$?"
minipkg build v -o odd.pkg.tar --name odd --version 1 --arch noarch --allow-odd-names
minipkg install --root R odd.pkg.tar
echo "$?"
minipkg install --root R --allow-odd-names odd.pkg.tar
test_keys
minipkg sign odd.pkg.tar -s vendor.key -t odd -q
minipkg verify-package -p vendor.pub odd.pkg.tar
echo "$?"
minipkg verify-package -p vendor.pub odd.pkg.tar --allow-odd-names
