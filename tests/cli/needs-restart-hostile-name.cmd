# exit 0: a process may call itself what it likes; the terminal never sees it raw
tree a usr/bin/
cp /bin/sleep a/usr/bin/sleeper
minipkg build a -o a.pkg.tar --name sleeper --version 1.0 --arch noarch -q
mkdir R
setup install --live -r R a.pkg.tar
ln R/usr/bin/sleeper "$(printf 'a\033[2Jb')"
"./$(printf 'a\033[2Jb')" 60 &
pid=$!
sleep 0.2
setup remove -r R sleeper
minipkg needs-restart --root R 2>/dev/null | sed "/^$/,\$d; s/\b$pid\b/PID/g; s/^PID\t[^\t]*\t[^\t]*\t\([^\t]*\t\)/PID\tUSER\tUNIT\t\1/; s/\t/ /g"
{ kill $pid; wait $pid; } 2>/dev/null
:
