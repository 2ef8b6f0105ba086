/** The schema of the database, step by step. A step, once released, never changes: new ones are appended. */

/** SQL of each schema version; entry 0 makes version 1. The version in use is SQLite's `user_version`. */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE network (
     id TEXT PRIMARY KEY,
     revision INTEGER NOT NULL,
     record TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE member (
     network TEXT NOT NULL REFERENCES network(id) ON DELETE CASCADE,
     id TEXT NOT NULL,
     authorized INTEGER NOT NULL,
     revision INTEGER NOT NULL,
     record TEXT NOT NULL,
     PRIMARY KEY (network, id)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX member_by_authorization ON member (network, authorized);`,
  `CREATE TABLE clock (
     id INTEGER PRIMARY KEY CHECK (id = 1),
     issued_until INTEGER NOT NULL
   ) STRICT;`,
];
