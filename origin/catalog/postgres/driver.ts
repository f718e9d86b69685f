// A pool of connections as the catalogue's driver. A read over a connection that broke meanwhile is sent once more, a
// transaction that met a deadlock is run again: whoever comes back after the database did notices nothing.

import type pg from 'pg'
import type { CatalogDriver, Executor, Row, SqlValue } from '../executor.ts'
import type { CatalogBatches } from '../store.ts'
import { POSTGRES_CATALOG } from './dialect.ts'
import { catalogError, isCollision, isLost } from './errors.ts'
import { load } from './load.ts'
import { executorOf, inTransaction, numbered } from './pool.ts'

const ATTEMPTS = 5

export class PostgresDriver implements CatalogDriver {
  readonly dialect = POSTGRES_CATALOG
  readonly #pool: pg.Pool
  /** Each statement is planned once for each connection. */
  readonly #statements = new Map<string, { name: string; text: string }>()

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  async all(sql: string, ...values: SqlValue[]): Promise<Row[]> {
    try {
      return await this.#send(this.#pool, sql, values)
    } catch (error) {
      if (!isLost(error) || !/^\s*SELECT/.test(sql)) throw catalogError(error)
      return this.#send(this.#pool, sql, values).catch(refuse)
    }
  }

  async one(sql: string, ...values: SqlValue[]): Promise<Row | undefined> {
    return (await this.all(sql, ...values))[0]
  }

  async run(sql: string, ...values: SqlValue[]): Promise<void> {
    await this.all(sql, ...values)
  }

  async transaction<T>(work: (executor: Executor) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(work)
      } catch (error) {
        if (!isCollision(error) || attempt === ATTEMPTS) throw catalogError(error)
      }
    }
  }

  load(release: string, batches: CatalogBatches): Promise<number> {
    return load(this.#pool, release, batches).catch(refuse)
  }

  async close(): Promise<void> {
    if (!this.#pool.ended) await this.#pool.end()
  }

  #attempt<T>(work: (executor: Executor) => Promise<T>): Promise<T> {
    return inTransaction(this.#pool, 'BEGIN', (client) =>
      work(executorOf((sql, ...values) => this.#send(client, sql, values))),
    )
  }

  async #send(client: pg.Pool | pg.PoolClient, sql: string, values: readonly SqlValue[]): Promise<Row[]> {
    let statement = this.#statements.get(sql)
    if (!statement) {
      statement = { name: `s${this.#statements.size}`, text: numbered(sql) }
      this.#statements.set(sql, statement)
    }
    return (await client.query<Row>({ ...statement, values: values as unknown[] })).rows
  }
}

function refuse(error: unknown): never {
  throw catalogError(error)
}
