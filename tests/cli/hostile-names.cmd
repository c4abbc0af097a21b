# exit 0: names with control characters are shown escaped, and exactly with -0 and in JSON
mkdir -p v/usr R
touch "v/usr/$(printf 'latin-\351')" v/usr/'back\slash'
minipkg build v -o hello.pkg.tar --name hello --version 1 --arch noarch -q
setup install -r R hello.pkg.tar
minipkg files --root R hello
minipkg files -0 --root R hello | od -An -c | tail -n 2
minipkg files --json --root R hello
minipkg owner --root R "$(printf '/usr/latin-\351')"
minipkg owner --json --root R "$(printf '/usr/latin-\351')"
