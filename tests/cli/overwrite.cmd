# exit 0: --overwrite replaces them where the glob matches
pack hello 1.0 etc/one=new etc/two=new
mkdir -p R/etc
echo mine > R/etc/one
minipkg install --root R --overwrite '/etc/o*' hello-1.0.pkg.tar
cat R/etc/one
