# exit 2: every parser's complaint exits 2, in the same grammar
minipkg install
echo $?
minipkg remove
echo $?
minipkg build somewhere
echo $?
minipkg info
echo $?
minipkg history show
