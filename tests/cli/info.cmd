# exit 0: an installed package and a package file
tree v usr/bin/hello=one
printf '%s\n' '{"name":"hello","version":"1.0","arch":"noarch","summary":"Greets","description":"Greets\nthe world.","license":"MIT","maintainer":"A <a@example.org>"}' > m.json
minipkg build v -o hello.pkg.tar --manifest m.json -q
mkdir R
setup install -r R hello.pkg.tar
minipkg info --root R hello
minipkg info hello.pkg.tar > file
minipkg info --root R hello | cmp - file
minipkg info --json --root R hello
