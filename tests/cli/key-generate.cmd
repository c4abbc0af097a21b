# exit 0: a generated pair signs, is verified, and is never overwritten
mkdir R
minipkg key generate my.key --no-password | sed 's/([0-9A-F]*)/(ID)/'
stat -c '%a %n' my.key my.pub
pack hello 1.0 usr/bin/hello=one
minipkg sign -s my.key -t words hello-1.0.pkg.tar | sed 's/by [0-9A-F]*/by ID/'
minipkg verify-package -p my.pub hello-1.0.pkg.tar | sed 's/([0-9A-F]*)/(ID)/'
minipkg key generate my.key --no-password
echo $?
rm my.key
minipkg key generate my.key --no-password
ls
