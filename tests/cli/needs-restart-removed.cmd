# exit 0: a removed program that still runs is told as removed
tree a usr/bin/
cp /bin/sleep a/usr/bin/sleeper
minipkg build a -o a.pkg.tar --name sleeper --version 1.0 --arch noarch -q
mkdir R
setup install --live -r R a.pkg.tar
R/usr/bin/sleeper 60 &
pid=$!
sleep 0.2
setup remove -r R sleeper
exec 2>/dev/null # what could not be looked at differs from machine to machine
minipkg needs-restart --root R -v | sed "/^$/,\$d; s/\b$pid\b/PID/g; s/^PID\t[^\t]*\t[^\t]*\t\([^\t]*\t\)/PID\tUSER\tUNIT\t\1/; s/\t/ /g; s/inode .*/inode N/"
{ kill $pid; wait $pid; } 2>/dev/null
minipkg needs-restart --root R
