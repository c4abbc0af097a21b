# exit 2: a SOURCE_DATE_EPOCH that is no number
tree v x=1
SOURCE_DATE_EPOCH=yesterday minipkg build v -o hello.pkg.tar --name hello --version 1.0 --arch noarch
