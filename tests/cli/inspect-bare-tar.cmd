# exit 0: a bare tar has no manifest; one is made of it
tree v usr/bin/hello=one
chmod 2755 v/usr/bin/hello
tar -C v --sort=name --owner=0 --group=0 --mtime=@1700000000 -cf hello-2.12.1-1.x86_64.pkg.tar .
minipkg inspect hello-2.12.1-1.x86_64.pkg.tar
minipkg inspect --json hello-2.12.1-1.x86_64.pkg.tar
