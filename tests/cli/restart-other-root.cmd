# exit 3: services are restarted by the system they run in
mkdir R
minipkg restart -r R
