# exit 0: nothing is asked, and -y does no harm
pack hello 1.0 usr/bin/hello=one
mkdir R
minipkg -y install -r R -q hello-1.0.pkg.tar && minipkg list -r R
