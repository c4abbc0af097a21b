# exit 6: an unknown schema version is named
mkdir -p v/.MINIPKG R
echo '{"schema":"minipkg-manifest/9","name":"x","version":"1","arch":"any","files":[]}' > v/.MINIPKG/manifest.json
tar -C v --owner=0 --group=0 -cf x.pkg.tar .MINIPKG/manifest.json
minipkg install --root R x.pkg.tar
find R
minipkg install -q --root R x.pkg.tar 2>/dev/null
