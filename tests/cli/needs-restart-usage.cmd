# exit 2: what cannot be answered is refused, by name
mkdir R
for arguments in "-p -s" "--json --format table" "-r -p" "--format nagios --watch" "--format xml" "--watch 0" \
  "--user no-such-user" "--pid x" "--managed --unmanaged"; do
  minipkg needs-restart --root R --live $arguments
  echo "$arguments: $?"
done
minipkg needs-restart --root R --live -p --format pids && minipkg needs-restart --root R --live --watch 5 6
