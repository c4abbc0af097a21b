# exit 3: what stands among the keys and is none stops everything: it may be a revocation
test_keys
mkdir R
setup key add vendor.pub --root R
signed hello 1.0 usr/bin/hello=one
ln -s /etc/hostname R/etc/minipkg/keys/link.pub
minipkg install --policy signature --root R hello-1.0.pkg.tar
echo $?
rm R/etc/minipkg/keys/link.pub
mkfifo R/etc/minipkg/keys/pipe.pub
minipkg install --policy signature --root R hello-1.0.pkg.tar
echo $?
rm R/etc/minipkg/keys/pipe.pub
echo 'revoked: yes' >> R/etc/minipkg/keys/vendor.pub
minipkg install --policy signature --root R hello-1.0.pkg.tar
