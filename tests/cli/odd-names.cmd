# exit 0: a newline in a name: refused, and taken with --allow-odd-names, printed escaped
mkdir v R
printf x > "$(printf 'v/two\nlines')"
tar -C v --owner=0 --group=0 --mtime=@1700000000 -cf odd-1.0-1.noarch.pkg.tar .
minipkg inspect odd-1.0-1.noarch.pkg.tar
minipkg install --root R odd-1.0-1.noarch.pkg.tar
echo "$?"
minipkg inspect --allow-odd-names odd-1.0-1.noarch.pkg.tar
minipkg install --root R --allow-odd-names odd-1.0-1.noarch.pkg.tar
minipkg files --root R odd
minipkg files --root R -0 odd | tr '\n\0' '_\n'
minipkg verify --root R && minipkg remove --root R odd
