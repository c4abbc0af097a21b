-- The way back: which transactions still have their old inodes, and what the packages were before them.

PRAGMA user_version = 2;

-- 0 no, 1 yes: <top>/.minipkg/<id> of its places holds them, 2 they are being pruned.
ALTER TABLE history ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;

-- First transaction whose old inodes this one brings back, 0 for one that installs from package files.
ALTER TABLE history ADD COLUMN restores INTEGER NOT NULL DEFAULT 0;

-- Bytes on the disk that only the kept names hold.
ALTER TABLE journal_place ADD COLUMN kept_bytes INTEGER NOT NULL DEFAULT 0;

-- 1: what appears is an inode that somebody had edited, not what the manifest promises.
ALTER TABLE journal_step ADD COLUMN edited INTEGER NOT NULL DEFAULT 0;

-- From the manifest a transaction installed back to the one before. The digests guard both ends.
CREATE TABLE undo_package (
  number         INTEGER NOT NULL REFERENCES history (number),
  name           TEXT NOT NULL,
  before_digest  BLOB,                  -- NULL: it was not installed
  after_digest   BLOB,                  -- NULL: it was removed
  manifest       TEXT,                  -- of before, canonical JSON, all but the files
  installed_size INTEGER NOT NULL,
  PRIMARY KEY (number, name)
) STRICT, WITHOUT ROWID;

-- Only the paths whose entries differ.
CREATE TABLE undo_file (
  number  INTEGER NOT NULL REFERENCES history (number),
  package TEXT NOT NULL,
  path    TEXT NOT NULL,
  entry   BLOB,                         -- NULL: the path was not there before
  PRIMARY KEY (number, package, path)
) STRICT, WITHOUT ROWID;

CREATE INDEX retired_by_inode ON retired (ino);
