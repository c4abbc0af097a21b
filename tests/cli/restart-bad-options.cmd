# exit 2: a unit or all services, not both
minipkg restart --services --unit ssh
