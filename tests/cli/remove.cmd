# exit 0: a package goes with its directories; what is not its own stays
pack hello 1.0 opt/hello/bin/hello=one opt/hello/log/
mkdir R
setup install -r R hello-1.0.pkg.tar
echo mine > R/opt/hello/log/today
minipkg remove --root R hello
find R/opt
