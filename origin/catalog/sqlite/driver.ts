// One connection of node:sqlite as the catalogue's driver. The connection is synchronous: a transaction keeps everybody
// else of this process waiting until it is over, for their statements would fall into it.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { CatalogDriver, Executor, Row, SqlValue } from '../executor.ts'
import type { CatalogBatches } from '../store.ts'
import { SQLITE_CATALOG } from './dialect.ts'
import { catalogError } from './errors.ts'
import { load } from './load.ts'

export class SqliteDriver implements CatalogDriver {
  readonly dialect = SQLITE_CATALOG
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  #transaction: Promise<void> | undefined

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  readonly #direct: Executor = {
    all: async (sql, ...values) => this.#prepared(sql).all(...values) as Row[],
    one: async (sql, ...values) => this.#prepared(sql).get(...values) as Row | undefined,
    run: async (sql, ...values) => {
      this.#prepared(sql).run(...values)
    },
  }

  async all(sql: string, ...values: SqlValue[]): Promise<Row[]> {
    await this.#idle()
    return this.#direct.all(sql, ...values).catch(refuse)
  }

  async one(sql: string, ...values: SqlValue[]): Promise<Row | undefined> {
    await this.#idle()
    return this.#direct.one(sql, ...values).catch(refuse)
  }

  async run(sql: string, ...values: SqlValue[]): Promise<void> {
    await this.#idle()
    return this.#direct.run(sql, ...values).catch(refuse)
  }

  /** The write lock is taken at the start, so that no upgrade of a read can fail half-way. */
  async transaction<T>(work: (executor: Executor) => Promise<T>): Promise<T> {
    await this.#idle()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#transaction = promise
    try {
      this.#db.exec('BEGIN IMMEDIATE')
      const result = await work(this.#direct)
      this.#db.exec('COMMIT')
      return result
    } catch (error) {
      if (this.#db.isOpen && this.#db.isTransaction) this.#db.exec('ROLLBACK')
      return refuse(error)
    } finally {
      this.#transaction = undefined
      resolve()
    }
  }

  load(release: string, batches: CatalogBatches): Promise<number> {
    return this.transaction((store) => load(store, release, batches))
  }

  async close(): Promise<void> {
    await this.#idle()
    if (!this.#db.isOpen) return
    // Statistics, where tables have grown: without them a join may begin at its wrong end.
    try {
      this.#db.exec('PRAGMA analysis_limit = 400; PRAGMA optimize = 0x10002')
    } catch {
      // Another process writes, or the disk is full: the next one that closes does it.
    }
    this.#db.close()
  }

  async #idle(): Promise<void> {
    while (this.#transaction) await this.#transaction
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = this.#db.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

function refuse(error: unknown): never {
  throw catalogError(error)
}
