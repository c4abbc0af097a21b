# exit 2: what is no public key, or there already, is not added
test_keys
mkdir R
setup key add vendor.pub --root R
minipkg key add vendor.pub --name twice --root R
echo $?
minipkg key add other.pub --name vendor --root R
echo $?
minipkg key remove nobody --root R
echo $?
minipkg key add vendor.key --root R
echo $?
minipkg key add missing.pub --root R
echo $?
minipkg key add other.pub --name ../x --root R
echo $?
minipkg key add other.pub --expires 2023-02-30 --root R
echo $?
mkfifo pipe.pub
minipkg key add pipe.pub --root R
echo $?
printf 'x\033[31m\n' > hostile.pub
minipkg key add hostile.pub --root R
