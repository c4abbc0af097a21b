# exit 0: the paths, with a long form, an exact one and JSON
pack hello 1.0 usr/bin/hello=one 'usr/bin/hi->hello'
mkdir R
setup install -r R hello-1.0.pkg.tar
minipkg files --root R hello
minipkg files -v hello-1.0.pkg.tar
minipkg files -0 --root R hello | tr '\0' '|'
echo
minipkg files --json --root R hello
