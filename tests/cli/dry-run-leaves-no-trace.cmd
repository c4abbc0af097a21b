# exit 0: not even a lock, an empty database or a directory
pack hello 1.0 usr/bin/hello=one
mkdir R
minipkg install -n --root R hello-1.0.pkg.tar
find R
setup install -r R hello-1.0.pkg.tar
pack hello 1.1 usr/bin/hello=two
find R -printf '%p %i %m %s %T@ %C@\n' | sort > before
minipkg install --dry-run --root R hello-1.1.pkg.tar
minipkg remove --dry-run --root R hello
find R -printf '%p %i %m %s %T@ %C@\n' | sort > after
cmp before after
