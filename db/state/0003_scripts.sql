-- What tells which script an interpreter read when it began: interpreters do not hold their files.

PRAGMA user_version = 3;

-- CLOCK_BOOTTIME in nanoseconds, of the boot that retired.boot_id names: when the last name had changed. Of a
-- transaction that died in between: when the first was about to change. 0 not known.
ALTER TABLE history ADD COLUMN renamed INTEGER NOT NULL DEFAULT 0;

-- What reads the file: 0 the processor or nobody, 1 begins with "#!", 2 shell, 3 Python, 4 Perl, 5 Ruby, 6 JavaScript.
ALTER TABLE retired ADD COLUMN language INTEGER NOT NULL DEFAULT 0;

-- 1: an undo gave the inode its name back. It is not old any more, but until then this path was this file: who began
-- before read what is there now.
ALTER TABLE retired ADD COLUMN returned INTEGER NOT NULL DEFAULT 0;

-- 1: nobody can hold the inode any more. Of scripts that is no reason to forget them.
ALTER TABLE retired ADD COLUMN settled INTEGER NOT NULL DEFAULT 0;

DROP VIEW retired_inode;
CREATE VIEW retired_inode AS
  SELECT retired.path, retired.package, retired.version, retired.dev, retired.ino, retired.number AS "transaction",
         CASE retired.kind WHEN 0 THEN 'replaced' ELSE 'removed' END AS kind, retired.boot_id
  FROM retired JOIN history USING (number) WHERE history.state = 'done' AND NOT retired.returned
    AND NOT retired.settled;
