# exit 6: with policy signature, everything but a good signature is refused, and nothing is touched
test_keys
mkdir R
setup key add vendor.pub --root R
setup key policy signature --root R
signed hello 1.0 usr/bin/hello=one
signed other 1.0 usr/bin/other=one
find R | sort > before
try() {
  minipkg install --root R "$@"
  echo $?
}
cp hello-1.0.pkg.tar none.pkg.tar
try none.pkg.tar
try - < hello-1.0.pkg.tar
try hello-1.0.pkg.tar --signature other-1.0.pkg.tar.minisig
head -c 100 hello-1.0.pkg.tar.minisig > short
try hello-1.0.pkg.tar --signature short
sed 's/hello 1.0/hello 9.9/' hello-1.0.pkg.tar.minisig > comment
try hello-1.0.pkg.tar --signature comment
head -c 200000 /dev/zero > long
try hello-1.0.pkg.tar --signature long
mkfifo pipe
try hello-1.0.pkg.tar --signature pipe
try hello-1.0.pkg.tar --signature missing
minipkg sign hello-1.0.pkg.tar -s other.key -x foreign -q
try hello-1.0.pkg.tar --signature foreign
printf x >> hello-1.0.pkg.tar
try hello-1.0.pkg.tar
echo 'no archive at all' > garbage.pkg.tar
cp other-1.0.pkg.tar.minisig garbage.pkg.tar.minisig
try garbage.pkg.tar
signed good 1.0 usr/bin/good=one
try good-1.0.pkg.tar none.pkg.tar
find R | sort | diff before -
minipkg install --root R none.pkg.tar --json
