# exit 0: paths that differ only in case, or in Unicode's normal form, are a warning
mkdir v R
echo 1 > v/README
echo 2 > v/Readme
echo 3 > "$(printf 'v/caf\303\251')"
echo 4 > "$(printf 'v/cafe\314\201')"
minipkg build v -o twins.pkg.tar --name twins --version 1 --arch noarch
minipkg inspect twins.pkg.tar
minipkg install --root R --dry-run twins.pkg.tar
minipkg install --root R twins.pkg.tar
minipkg install --root R --reinstall --json twins.pkg.tar
