# exit 2: one name cannot be that of two packages
minipkg install --root . --name x a.pkg.tar b.pkg.tar
