# exit 2: values of the wrong kind
minipkg list --lock-wait -1
echo $?
minipkg list --sync maybe
echo $?
minipkg list --color mauve
echo $?
minipkg needs-restart --pid me
echo $?
minipkg list --live --offline
echo $?
minipkg history show first
