# exit 2: -r behind needs-restart is dnf's reboot hint, and never taken for the root in silence
pack hello 1.0 usr/bin/hello=one
mkdir R
setup install --live -r R hello-1.0.pkg.tar
minipkg needs-restart --root R -r
echo $?
minipkg needs-restart -r R
