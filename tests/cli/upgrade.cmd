# exit 0: an upgrade keeps what is the same, and its inode
pack hello 1.0 usr/bin/hello=one usr/share/same=same
pack hello 1.1 usr/bin/hello=two usr/share/same=same
mkdir R
setup install -r R hello-1.0.pkg.tar
before=$(stat -c %i R/usr/share/same)
minipkg install --root R hello-1.1.pkg.tar
[ "$before" = "$(stat -c %i R/usr/share/same)" ] && echo kept
cat R/usr/bin/hello
