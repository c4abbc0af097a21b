-- What is true of this machine only: inodes, history, the journal. Never part of an image.

PRAGMA application_id = 0x6d706b32;  -- "mpk2"
PRAGMA user_version = 1;

-- 'mode': 'live', or 'offline' while an offline root has a transaction under way.
-- 'bootstrap': directories that the first transaction of this root made for the databases, one a line, each behind the
-- time that its parent had before.
-- 'boot': id of the boot of the last transaction; 'before_boot': number of the last one before it.
CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE directory (
  id   INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE
) STRICT;

-- Installed files as stat(2) saw them when they were recorded: whoever matches has not been touched since.
CREATE TABLE identity (
  directory INTEGER NOT NULL REFERENCES directory (id),
  name      TEXT NOT NULL,
  ino       INTEGER NOT NULL,
  size      INTEGER NOT NULL,
  mtime     INTEGER NOT NULL,  -- nanoseconds since 1970
  ctime     INTEGER NOT NULL,  -- nanoseconds since 1970
  birth     INTEGER NOT NULL,  -- nanoseconds since 1970, 0 unknown
  PRIMARY KEY (directory, name)
) STRICT, WITHOUT ROWID;

-- One row a transaction: the journal's head while it runs, history afterwards.
CREATE TABLE history (
  number   INTEGER PRIMARY KEY AUTOINCREMENT,
  id       TEXT NOT NULL UNIQUE,        -- random; what packages.db carries once it is committed
  state    TEXT NOT NULL CHECK (state IN ('staging', 'committing', 'done', 'undone')),
  started  INTEGER NOT NULL,            -- seconds since 1970
  finished INTEGER NOT NULL DEFAULT 0,
  uid      INTEGER NOT NULL,
  command  BLOB NOT NULL                -- argv, each word ended by a NUL
) STRICT;

-- At most one transaction is open.
CREATE UNIQUE INDEX one_open ON history (state IN ('staging', 'committing')) WHERE state IN ('staging', 'committing');

CREATE TABLE history_package (
  number       INTEGER NOT NULL REFERENCES history (number),
  name         TEXT NOT NULL,
  action       INTEGER NOT NULL,        -- 0 install, 1 upgrade, 2 downgrade, 3 reinstall, 4 remove
  from_version TEXT NOT NULL,
  to_version   TEXT NOT NULL,
  arch         TEXT NOT NULL,
  size_change  INTEGER NOT NULL,
  PRIMARY KEY (number, name)
) STRICT, WITHOUT ROWID;

-- Every staging area, named before it is made: <top>/.minipkg/<id>.
CREATE TABLE journal_place (
  number    INTEGER NOT NULL REFERENCES history (number),
  place     INTEGER NOT NULL,
  top       TEXT NOT NULL,              -- below the root
  mtime     INTEGER NOT NULL,           -- of top, nanoseconds: .minipkg changes it, undo gives it back
  PRIMARY KEY (number, place)
) STRICT, WITHOUT ROWID;

-- One compact row a step, durable before the first visible change.
CREATE TABLE journal_step (
  number       INTEGER NOT NULL REFERENCES history (number),
  step         INTEGER NOT NULL,
  kind         INTEGER NOT NULL,
  appear       INTEGER NOT NULL,
  place        INTEGER NOT NULL,
  directory    INTEGER NOT NULL REFERENCES directory (id),
  name         TEXT NOT NULL,
  staged_ino   INTEGER NOT NULL,
  before_ino   INTEGER NOT NULL,
  save_as      TEXT,
  before       BLOB,                    -- attributes that undo gives back
  before_mtime INTEGER NOT NULL,        -- nanoseconds since 1970
  old_digest   BLOB,
  PRIMARY KEY (number, step)
) STRICT, WITHOUT ROWID;

-- Directories whose content changes, with the time that undo gives back.
CREATE TABLE journal_directory (
  number    INTEGER NOT NULL REFERENCES history (number),
  directory INTEGER NOT NULL REFERENCES directory (id),
  mtime     INTEGER NOT NULL,
  PRIMARY KEY (number, directory)
) STRICT, WITHOUT ROWID;

-- Inodes whose name a transaction took away. They count once the transaction is done.
CREATE TABLE retired (
  number      INTEGER NOT NULL REFERENCES history (number),
  path        TEXT NOT NULL,
  dev         INTEGER NOT NULL,
  ino         INTEGER NOT NULL,
  birth       INTEGER NOT NULL,         -- nanoseconds since 1970, 0 unknown
  handle_type INTEGER NOT NULL,
  handle      BLOB NOT NULL,            -- name_to_handle_at(2); empty where there is none
  place       TEXT NOT NULL,
  package     TEXT NOT NULL,
  version     TEXT NOT NULL,
  digest      BLOB NOT NULL,
  kind        INTEGER NOT NULL,         -- 0 replaced, 1 removed
  boot_id     TEXT NOT NULL,
  PRIMARY KEY (number, path, ino)       -- two of one path where somebody had put another file there by hand
) STRICT, WITHOUT ROWID;

-- The stable query surface.
CREATE VIEW transactions AS
  SELECT number, id, state, datetime(started, 'unixepoch') AS started, datetime(finished, 'unixepoch') AS finished, uid
  FROM history;

CREATE VIEW retired_inode AS
  SELECT retired.path, retired.package, retired.version, retired.dev, retired.ino, retired.number AS "transaction",
         CASE retired.kind WHEN 0 THEN 'replaced' ELSE 'removed' END AS kind, retired.boot_id
  FROM retired JOIN history USING (number) WHERE history.state = 'done';
