# exit 0: a process that runs a replaced program, until it ends
tree a usr/bin/ usr/share/doc=1
tree b usr/bin/ usr/share/doc=2
cp /bin/sleep a/usr/bin/sleeper
cp /bin/sleep b/usr/bin/sleeper
echo >> b/usr/bin/sleeper
minipkg build a -o a.pkg.tar --name sleeper --version 1.0 --arch noarch -q
minipkg build b -o b.pkg.tar --name sleeper --version 1.1 --arch noarch -q
mkdir R
setup install --live -r R a.pkg.tar
R/usr/bin/sleeper 60 < R/usr/share/doc > /dev/null 2>&1 &
pid=$!
sleep 0.2
setup install -r R b.pkg.tar
exec 2>/dev/null # what could not be looked at differs from machine to machine
minipkg needs-restart --root R | sed "/^$/,\$d; s/\b$pid\b/PID/g; s/^PID\t[^\t]*\t[^\t]*\t\([^\t]*\t\)/PID\tUSER\tUNIT\t\1/; s/\t/ /g"
minipkg needs-restart --root R > /dev/null
echo $?
minipkg needs-restart --root R --json --files
minipkg needs-restart --root R --pkg other
minipkg needs-restart --root R --pid 1
{ kill $pid; wait $pid; } 2>/dev/null
minipkg needs-restart --root R
