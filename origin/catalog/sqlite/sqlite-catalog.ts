// The embedded catalogue: one SQLite file in WAL mode, so that readers never wait for a writer, and a writer killed
// half-way leaves nothing behind.

import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { SqlCatalog } from '../sql-catalog.ts'
import { type Catalog, CatalogError } from '../store.ts'
import { SqliteDriver } from './driver.ts'
import { catalogError } from './errors.ts'
import { migrate } from './schema.ts'

export interface SqliteOptions {
  /** How long a writer waits for another process that writes, ms. */
  readonly busyTimeoutMs?: number
  /** Most pages (of 4096 bytes) the file may grow to. */
  readonly maxPages?: number
}

/** Opens (and where needed makes) the catalogue file; throws CatalogError. */
export function openSqliteCatalog(path: string, { busyTimeoutMs = 10_000, maxPages }: SqliteOptions = {}): Catalog {
  let db: DatabaseSync | undefined
  try {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    db = new DatabaseSync(path, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true })
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF')
    if (maxPages !== undefined) db.exec(`PRAGMA max_page_count = ${Math.floor(maxPages)}`)
    migrate(db)
  } catch (error) {
    db?.close()
    if (error instanceof Error && 'syscall' in error) {
      const message = 'the folder of SKYEDGE_DATA cannot be made: check its name and its rights'
      throw new CatalogError('not-writable', message, { cause: error })
    }
    throw catalogError(error)
  }
  return new SqlCatalog(new SqliteDriver(db))
}
