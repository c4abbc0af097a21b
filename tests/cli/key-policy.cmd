# exit 3: the policy of a root; install may ask for more, never for less
test_keys
mkdir R
minipkg key policy --root R
minipkg key policy digest --root R
minipkg key policy --root R --json
printf '# ours\n\n  signature # always\n' > R/etc/minipkg/policy
minipkg key policy --root R
minipkg key policy every --root R
echo $?
pack hello 1.0 usr/bin/hello=one
minipkg install --policy digest --root R hello-1.0.pkg.tar
echo $?
echo digests > R/etc/minipkg/policy
minipkg install --root R hello-1.0.pkg.tar
echo $?
: > R/etc/minipkg/policy
minipkg install --root R hello-1.0.pkg.tar
