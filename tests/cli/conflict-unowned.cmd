# exit 3: files that no package owns are not replaced unasked
pack hello 1.0 etc/one=new etc/two=new
mkdir -p R/etc
echo mine > R/etc/one
echo mine > R/etc/two
minipkg install --root R hello-1.0.pkg.tar
echo $?
rm R/etc/two
minipkg install --root R hello-1.0.pkg.tar
