# exit 2: with --json even a wrong command line is answered in JSON
minipkg list --json --frob
