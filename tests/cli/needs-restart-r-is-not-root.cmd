# exit 2: -r behind needs-restart is not taken for the root in silence
minipkg needs-restart -r .
