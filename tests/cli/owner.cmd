# exit 0: which package owns a path
pack hello 1.0 usr/bin/hello=one
pack world 2.0 usr/bin/world=two
mkdir R
setup install -r R hello-1.0.pkg.tar world-2.0.pkg.tar
minipkg owner --root R /usr/bin/hello /usr/bin usr//bin/../bin/world
minipkg owner --root R --json /usr/bin/hello
