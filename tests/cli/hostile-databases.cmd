# exit 11: databases that somebody else made are refused, each with its reason, and nothing hangs or is changed
pack hello 1.0 usr/bin/hello=one
mkdir R
setup install --live -r R hello-1.0.pkg.tar
cp -a R/var/lib/minipkg good

# as FILE SQL: what it says after somebody has done that to a good one.
as() {
  rm -rf R/var/lib/minipkg && cp -a good R/var/lib/minipkg
  /usr/bin/python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])' \
    "R/var/lib/minipkg/$1" "$2" || exit 99
  shift 2
  "$@"
  echo "exit $?"
}
as packages.db "CREATE TRIGGER evil AFTER INSERT ON package BEGIN DELETE FROM file; END" minipkg list -r R
as packages.db "DROP VIEW installed; CREATE VIEW installed AS SELECT 1" minipkg list -r R
as packages.db "CREATE INDEX $(printf '"a\033[31m"') ON file (mode)" minipkg list -r R
as packages.db "UPDATE file SET name = '..' WHERE name = 'hello'" minipkg files -r R hello
as packages.db "UPDATE file SET type = 200" minipkg owner -r R /usr/bin/hello
as packages.db "UPDATE package SET manifest = '{'" minipkg info -r R hello
as packages.db "PRAGMA user_version = -1" minipkg remove -r R hello
as packages.db "PRAGMA journal_mode = WAL" minipkg list -r R
as packages.db "PRAGMA journal_mode = WAL" minipkg remove -r R hello
ls R/var/lib/minipkg
as state.db "CREATE TABLE evil (x)" minipkg history -r R
as state.db "UPDATE history_package SET action = 77" minipkg history -r R
as state.db "UPDATE history SET state = 'staging', id = '../../../etc'" minipkg remove -r R hello
as state.db "UPDATE journal_step SET kind = 0" minipkg history show 1 -r R
ls R/usr/bin

cp -a good/packages.db R/var/lib/minipkg && chmod 0666 R/var/lib/minipkg/packages.db
minipkg list -r R
rm R/var/lib/minipkg/packages.db && mkfifo R/var/lib/minipkg/packages.db
minipkg list -r R
