-- What is installed. Nothing here depends on the machine: no inode, no clock, no order of arrival that parking
-- would not remove. Plain SQL: `sqlite3 x.db < 0001_packages.sql` works.

PRAGMA application_id = 0x6d706b31;  -- "mpk1"
PRAGMA user_version = 1;

-- 'transaction': id of the last transaction that committed here. Its arrival is the commit point.
CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE package (
  id             INTEGER PRIMARY KEY,
  name           TEXT NOT NULL UNIQUE,
  version        TEXT NOT NULL,
  version_scheme TEXT NOT NULL,
  arch           TEXT NOT NULL,
  digest         BLOB NOT NULL CHECK (length(digest) = 32),  -- SHA-256 of the canonical manifest
  installed_size INTEGER NOT NULL,
  manifest       TEXT NOT NULL                               -- canonical JSON, all but the files
) STRICT;

-- Few owners, many files.
CREATE TABLE owner (
  id         INTEGER PRIMARY KEY,
  user_name  TEXT NOT NULL,
  group_name TEXT NOT NULL,
  uid        INTEGER NOT NULL,
  gid        INTEGER NOT NULL,
  UNIQUE (user_name, group_name, uid, gid)
) STRICT;

CREATE TABLE directory (
  id   INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE
) STRICT;

-- One row for each path of each package; a directory may belong to many.
CREATE TABLE file (
  directory INTEGER NOT NULL REFERENCES directory (id),
  name      TEXT NOT NULL,
  package   INTEGER NOT NULL REFERENCES package (id),
  type      INTEGER NOT NULL,   -- 0 file, 1 directory, 2 symlink, 3 hard link, 4 char, 5 block, 6 fifo
  mode      INTEGER NOT NULL,
  owner     INTEGER NOT NULL REFERENCES owner (id),
  mtime     INTEGER NOT NULL,   -- seconds since 1970
  size      INTEGER,            -- files only
  digest    BLOB,               -- files only, SHA-256
  target    TEXT,               -- symlinks and hard links
  device    INTEGER,            -- devices: major << 32 | minor
  xattrs    BLOB,               -- length-prefixed names and values
  extra     TEXT,               -- the manifest's other members, canonical JSON
  PRIMARY KEY (directory, name, package)
) STRICT, WITHOUT ROWID;

CREATE INDEX file_by_package ON file (package);

-- The stable query surface.
CREATE VIEW installed AS
  SELECT name, version, arch, installed_size, lower(hex(digest)) AS manifest_sha256 FROM package;

CREATE VIEW installed_file AS
  SELECT CASE directory.path WHEN '/' THEN '/' || file.name ELSE directory.path || '/' || file.name END AS path,
         package.name AS package,
         CASE file.type WHEN 0 THEN 'file' WHEN 1 THEN 'dir' WHEN 2 THEN 'symlink' WHEN 3 THEN 'hardlink'
                        WHEN 4 THEN 'char' WHEN 5 THEN 'block' WHEN 6 THEN 'fifo' ELSE 'socket' END AS type,
         printf('%04o', file.mode) AS mode, owner.user_name AS user, owner.group_name AS "group",
         file.size AS size, file.mtime AS mtime, lower(hex(file.digest)) AS sha256, file.target AS target
  FROM file JOIN directory ON directory.id = file.directory
            JOIN package ON package.id = file.package
            JOIN owner ON owner.id = file.owner;
