# exit 2: a root that is not there
minipkg list --root nowhere
echo $?
minipkg list --json --root nowhere
