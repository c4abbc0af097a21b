# exit 0: through symlinked directories too
pack hello 1.0 usr/lib/libhello.so=one
mkdir -p R/usr/lib
ln -s usr/lib R/lib
setup install -r R hello-1.0.pkg.tar
minipkg owner --root R /lib/libhello.so
