# exit 0: a partial manifest gives everything but the files; options win over it
tree v usr/bin/hello=one
echo '{"name":"hello","version":"1.0","arch":"noarch","summary":"Greets","license":"MIT","homepage":"https://example.org/"}' > m.json
minipkg build v -o hello.pkg.tar --manifest m.json --version 2.0
minipkg info hello.pkg.tar
