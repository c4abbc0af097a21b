# exit 0: -v names every path
pack hello 1.0 usr/bin/hello=one usr/share/gone=gone
pack hello 1.1 usr/bin/hello=two usr/share/new=new
mkdir R
setup install -r R hello-1.0.pkg.tar
minipkg install -v --root R hello-1.1.pkg.tar
