// SQLite in a query process: a connection that can only read, opened anew after a session that uploaded something.

import { constants, DatabaseSync } from 'node:sqlite'
import type { Cell } from '#src/votable'
import { type ChildStore, hasLongs, type RowTarget } from './child-store.ts'
import { QueryError } from './errors.ts'
import type { ProcessLimits } from './orders.ts'
import type { Query, UploadLimits } from './query.ts'
import { registerFunctions } from './sqlite-functions.ts'
import { uploadToSqlite } from './sqlite-upload.ts'

const MAY = new Set<number>([
  constants.SQLITE_SELECT,
  constants.SQLITE_READ,
  constants.SQLITE_FUNCTION,
  constants.SQLITE_RECURSIVE,
])
/** An R-tree prepares how it would change its own tables when it is first read; the file is open for reading only. */
const RTREE_PREPARES = new Set<number>([constants.SQLITE_INSERT, constants.SQLITE_DELETE])
const FORBIDDEN_FUNCTIONS = new Set(['load_extension', 'fts3_tokenizer', 'zeroblob', 'randomblob'])

/** The most that SQLite maps: pages of the file are the kernel's, once for all processes, and are read without a copy. */
const MMAP_BYTES = 0x7fff0000

class SqliteStore implements ChildStore {
  readonly said = {}
  readonly copies = false
  readonly #path: string
  readonly #limits: ProcessLimits
  #db: DatabaseSync | undefined
  #uploaded = false

  constructor(path: string, limits: ProcessLimits) {
    this.#path = path
    this.#limits = limits
  }

  rows(query: Query, _how: unknown, target: RowTarget): void {
    const { sql, fields } = query
    try {
      const statement = this.open().prepare(sql.text)
      statement.setReturnArrays(true)
      statement.setReadBigInts(hasLongs(fields))
      if (statement.columns().length !== fields.length)
        throw new QueryError('failed', 'the query could not be run', { detail: 'columns and fields differ' })
      for (const row of statement.iterate(...sql.params)) if (!target.row(row as unknown as Cell[])) break
    } catch (error) {
      throw sqliteError(error, this.#limits)
    }
  }

  async upload(name: string, path: string, limits: UploadLimits) {
    this.#uploaded = true
    const db = this.open()
    db.setAuthorizer(null)
    try {
      return uploadToSqlite(db, name, path, limits)
    } catch (error) {
      throw sqliteError(error, this.#limits)
    } finally {
      restrict(db)
    }
  }

  reset(): void {
    if (!this.#uploaded) return
    this.#db?.close()
    this.#db = undefined
    this.#uploaded = false
    this.open()
  }

  open(): DatabaseSync {
    if (this.#db) return this.#db
    const db = new DatabaseSync(this.#path, { readOnly: true, timeout: 5000, allowExtension: false })
    const { diskBytes } = this.#limits
    db.enableDefensive(true)
    db.exec(`PRAGMA cache_size=-16384; PRAGMA mmap_size=${MMAP_BYTES};
      PRAGMA temp_store=FILE; PRAGMA trusted_schema=ON; PRAGMA query_only=OFF`)
    const { page_size: page } = db.prepare('PRAGMA temp.page_size').get() as { page_size: number }
    db.exec(`PRAGMA temp.max_page_count=${Math.ceil(diskBytes / page)}`)
    registerFunctions(db)
    restrict(db)
    this.#db = db
    return db
  }
}

/** Reading is all that a statement may do, whatever its text says. */
function restrict(db: DatabaseSync): void {
  db.setAuthorizer((action, one, two, database) => {
    if (RTREE_PREPARES.has(action) && database === 'main' && /_(?:node|rowid|parent)$/.test(one ?? ''))
      return constants.SQLITE_OK
    if (!MAY.has(action)) return constants.SQLITE_DENY
    const forbidden = action === constants.SQLITE_FUNCTION && FORBIDDEN_FUNCTIONS.has(two ?? '')
    return forbidden ? constants.SQLITE_DENY : constants.SQLITE_OK
  })
}

// https://www.sqlite.org/rescode.html
const NOMEM = 7
const FULL = 13
const TOOBIG = 18
const CANTOPEN = 14

function sqliteError(error: unknown, limits: ProcessLimits): unknown {
  if (error instanceof QueryError) return error
  const { errcode, message } = error as { errcode?: number; message: string }
  if (errcode === undefined) return error
  const primary = errcode & 255
  if (primary === NOMEM || primary === TOOBIG) {
    const megabytes = Math.round(limits.memoryBytes / 1e6)
    return new QueryError('too-large', `the query needs more than the ${megabytes} MB of memory it may use`)
  }
  if (primary === FULL) {
    const megabytes = Math.round(limits.diskBytes / 1e6)
    return new QueryError('too-large', `the query needs more than the ${megabytes} MB of disk it may use`)
  }
  if (primary === CANTOPEN) return new QueryError('unavailable', 'the database cannot be opened', { detail: message })
  return new QueryError('failed', 'the query could not be run', { detail: `SQLite ${errcode}: ${message}` })
}

export function openSqlite(path: string, limits: ProcessLimits): ChildStore {
  return new SqliteStore(path, limits)
}
