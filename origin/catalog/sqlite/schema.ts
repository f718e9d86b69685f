// Tables of the embedded catalogue, as steps from one `user_version` to the next. A step once released is never edited.
// Boxes are those of unit vectors (3-D), so that poles and longitude 0 need no special case.

import type { DatabaseSync } from 'node:sqlite'
import { CatalogError } from '../store.ts'
import { FIFTH_STEP, FOURTH_STEP, SECOND_STEP, THIRD_STEP } from './second-step.ts'

export const STEPS: readonly string[] = [
  `CREATE TABLE files (
     file_id INTEGER PRIMARY KEY,
     path TEXT NOT NULL UNIQUE,
     key TEXT NOT NULL,
     size_bytes INTEGER NOT NULL,
     mtime_ms REAL NOT NULL,
     ctime_ms REAL NOT NULL,
     digest TEXT NOT NULL,
     hdu_index BLOB NOT NULL
   ) STRICT;
   CREATE TABLE products (
     id INTEGER PRIMARY KEY,
     publisher_did TEXT NOT NULL UNIQUE,
     product_id TEXT NOT NULL,
     collection TEXT NOT NULL,
     release TEXT NOT NULL,
     dataproduct_subtype TEXT NOT NULL,
     calib_level INTEGER NOT NULL,
     target_name TEXT,
     obs_id TEXT NOT NULL,
     facility TEXT NOT NULL,
     instrument TEXT NOT NULL,
     band TEXT,
     em_min_m REAL,
     em_max_m REAL,
     t_min_mjd REAL,
     t_max_mjd REAL,
     exptime_s REAL,
     ra_deg REAL NOT NULL,
     dec_deg REAL NOT NULL,
     fov_deg REAL NOT NULL,
     s_region TEXT NOT NULL,
     footprint BLOB NOT NULL,
     pixel_scale_arcsec REAL NOT NULL,
     width INTEGER NOT NULL,
     height INTEGER NOT NULL,
     visit INTEGER,
     detector INTEGER,
     tract INTEGER,
     patch TEXT,
     size_bytes INTEGER NOT NULL,
     rights TEXT NOT NULL,
     generation TEXT NOT NULL,
     modified_ms REAL NOT NULL,
     UNIQUE (release, product_id)
   ) STRICT;
   CREATE INDEX products_by_collection ON products (collection, release, product_id);
   CREATE INDEX products_by_visit ON products (visit, detector);
   CREATE INDEX products_by_time ON products (t_min_mjd);
   CREATE TABLE planes (
     id INTEGER NOT NULL REFERENCES products ON DELETE CASCADE,
     seq INTEGER NOT NULL,
     role TEXT NOT NULL,
     file_id INTEGER NOT NULL REFERENCES files,
     hdu INTEGER NOT NULL,
     PRIMARY KEY (id, seq)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX planes_by_file ON planes (file_id);
   CREATE VIRTUAL TABLE product_boxes USING rtree (id, x0, x1, y0, y1, z0, z1);
   CREATE TABLE maps (map TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE truth (
     release TEXT NOT NULL,
     seq INTEGER NOT NULL,
     kind TEXT NOT NULL,
     name TEXT NOT NULL,
     ra_deg REAL NOT NULL,
     dec_deg REAL NOT NULL,
     details TEXT NOT NULL,
     PRIMARY KEY (release, seq)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;`,
  SECOND_STEP,
  THIRD_STEP,
  FOURTH_STEP,
  FIFTH_STEP,
]

/** Brings the database to the newest schema; several processes may try at once. */
export function migrate(db: DatabaseSync, steps = STEPS): void {
  if (versionOf(db) === steps.length) return
  db.exec('BEGIN IMMEDIATE')
  try {
    const version = versionOf(db)
    if (version > steps.length)
      throw new CatalogError(
        'newer-schema',
        `the catalogue has schema ${version}, this version of Skyedge knows ${steps.length}: upgrade Skyedge`,
      )
    for (const step of steps.slice(version)) db.exec(step)
    db.exec(`PRAGMA user_version = ${steps.length}`)
    db.exec('COMMIT')
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

function versionOf(db: DatabaseSync): number {
  return (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version
}
