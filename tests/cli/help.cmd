# exit 0: the commands, with their aliases
minipkg --help | sed -n '/Subcommands/,$p'
