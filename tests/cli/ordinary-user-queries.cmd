# exit 0: an ordinary user can run every query
[ "$(id -u)" = 0 ] && setpriv --reuid 65534 --clear-groups true 2>/dev/null || exit 77
pack hello 1.0 usr/bin/hello=one
mkdir R
setup install --live -r R hello-1.0.pkg.tar
chmod 755 . .. 2>/dev/null
for query in list 'info hello' 'files hello' 'owner /usr/bin/hello' verify history 'history show 1' needs-restart; do
  setpriv --reuid 65534 --clear-groups minipkg $query --root R > out || echo "$query: $?"
done
setpriv --reuid 65534 --clear-groups minipkg install -n --root R hello-1.0.pkg.tar
