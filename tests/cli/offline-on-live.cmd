# exit 3: the history of a machine is not dropped by accident
pack hello 1.0 usr/bin/hello=one
pack hello 1.1 usr/bin/hello=two
mkdir R
setup install --live -r R hello-1.0.pkg.tar
minipkg install --root R --offline --discard-state -q hello-1.1.pkg.tar
echo $?
ls R/var/lib/minipkg
setup remove -r R hello
setup install --live -r R hello-1.0.pkg.tar
minipkg install --root R --offline hello-1.1.pkg.tar
