# exit 6: with policy digest the SHA-256 must be known, and be right
mkdir R
setup key policy digest --root R
pack hello 1.0 usr/bin/hello=one
minipkg install --root R hello-1.0.pkg.tar
echo $?
sha256sum hello-1.0.pkg.tar > hello-1.0.pkg.tar.sha256
minipkg install --root R hello-1.0.pkg.tar -q
echo $?
hex=$(cut -c 1-64 hello-1.0.pkg.tar.sha256)
rm hello-1.0.pkg.tar.sha256
minipkg install --reinstall --root R hello-1.0.pkg.tar --sha256 "$hex" -q
echo $?
minipkg install --reinstall --root R - --sha256 "$hex" -q < hello-1.0.pkg.tar
echo $?
minipkg install --reinstall --root R - < hello-1.0.pkg.tar
echo $?
echo nothing > hello-1.0.pkg.tar.sha256
minipkg install --reinstall --root R hello-1.0.pkg.tar
echo $?
minipkg install --reinstall --root R hello-1.0.pkg.tar --sha256 abc
echo $?
minipkg install --reinstall --root R hello-1.0.pkg.tar hello-1.0.pkg.tar --sha256 "$hex"
echo $?
echo garbage > garbage.pkg.tar
minipkg install --root R garbage.pkg.tar --sha256 "$(printf '%064d' 0)"
