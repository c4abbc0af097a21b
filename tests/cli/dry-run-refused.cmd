# exit 3: a dry run finds the same problems
pack hello 1.0 etc/one=new
mkdir -p R/etc
echo mine > R/etc/one
minipkg install -n --root R hello-1.0.pkg.tar
