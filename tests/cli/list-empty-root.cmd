# exit 0: a root without a database is an empty answer, and gets none
mkdir R
minipkg list --root R
minipkg list --root R --json
find R
