# exit 0: every form of an answer in which nothing is stale
pack hello 1.0 usr/bin/hello=one
mkdir R
setup install --live -r R hello-1.0.pkg.tar
exec 2>/dev/null # what could not be looked at differs from machine to machine
for form in table pids units user-units batch openmetrics; do
  echo "== $form"
  minipkg needs-restart --root R --format $form --managed | sed '/KCUR\|KEXP/d; s/KSTA: .*/KSTA: N/; /^minipkg_\(scanned\|unread\)/d'
done
