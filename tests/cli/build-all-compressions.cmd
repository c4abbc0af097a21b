# exit 0: every compression is written and read back
tree v usr/bin/hello=one
for end in tar tar.gz tar.xz tar.zst tar.bz2 tar.lz4; do
  minipkg build v -o "hello.pkg.$end" --name hello --version 1.0 --arch noarch -q || exit
  minipkg info "hello.pkg.$end" | grep Digest
done
