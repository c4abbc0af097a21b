# exit 0: a directory that another package has too stays
pack a 1 usr/share/x/a=1
pack b 1 usr/share/x/b=1
mkdir R
setup install -r R a-1.pkg.tar b-1.pkg.tar
minipkg remove -q --root R a
find R/usr
