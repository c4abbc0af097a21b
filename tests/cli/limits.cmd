# exit 0: what an archive may come to
pack hello 1.0 usr/bin/hello=one usr/share/a=0123456789
minipkg inspect --limit entries=2 hello-1.0.pkg.tar
minipkg inspect --limit unpacked=5 hello-1.0.pkg.tar
minipkg inspect -q --limit unpacked=5000 --limit entries=9 --limit ratio=1 hello-1.0.pkg.tar
minipkg inspect --limit entries=many hello-1.0.pkg.tar
minipkg inspect --limit ratio=0 hello-1.0.pkg.tar
/usr/bin/python3 - << 'PYTHON'
import tarfile, io, bz2
with tarfile.open("bomb-1-1.noarch.pkg.tar.bz2", "w:bz2") as tar:
    member = tarfile.TarInfo("zeros")
    member.size = 65 << 20
    tar.addfile(member, io.BytesIO(bytes(65 << 20)))
PYTHON
mkdir R
minipkg install --root R bomb-1-1.noarch.pkg.tar.bz2
ls R
