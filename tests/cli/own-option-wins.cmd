# exit 0: behind a command its own --version is meant
mkdir v R
echo one > v/file
tar -C v --owner=0 --group=0 -cf some.tar .
minipkg install --root R some.tar --name some --version 7 --arch noarch -q
minipkg list --root R
