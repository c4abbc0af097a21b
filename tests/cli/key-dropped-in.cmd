# exit 6: a file of minisign dropped into the directory is trusted; lines of ours in it hold
test_keys
mkdir -p R/etc/minipkg/keys
signed hello 1.0 usr/bin/hello=one
cp vendor.pub R/etc/minipkg/keys/dropped.pub
minipkg install --policy signature --quiet --root R hello-1.0.pkg.tar && cat R/usr/bin/hello
echo 'expires: 2001-02-03' >> R/etc/minipkg/keys/dropped.pub
minipkg key list --root R
minipkg install --policy signature --reinstall --root R hello-1.0.pkg.tar
