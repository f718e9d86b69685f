// Connections to PostgreSQL: bounded in number, and in the time that connecting and answering may take; and transactions over them.

import pg from 'pg'
import type { Executor } from '../executor.ts'

export interface PoolOptions {
  /** Most connections of this process. */
  readonly connections?: number
  /** How long a connection may take to be made or to become free, ms. */
  readonly connectTimeoutMs?: number
  /** How long a statement may take, ms; 0 = as long as it needs. */
  readonly statementTimeoutMs?: number
}

const { INT8, BYTEA } = pg.types.builtins

/** bigint columns hold counts, sizes and visits: a number where a double holds it exactly, else a bigint. */
export function int8(text: string): number | bigint {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : BigInt(text)
}

const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === INT8 && format !== 'binary') return int8
    const parse = pg.types.getTypeParser(oid, format as 'text')
    // A plain Uint8Array, as node:sqlite gives.
    if (oid === BYTEA) return (value: string) => new Uint8Array(parse(value) as unknown as Uint8Array)
    return parse
  },
} as unknown as pg.CustomTypesConfig

export function createPool(
  url: string,
  { connections = 8, connectTimeoutMs = 10_000, statementTimeoutMs = 60_000 }: PoolOptions = {},
): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    types,
    max: connections,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: 30_000,
    statement_timeout: statementTimeoutMs,
    // Should this process hang, its transaction must not keep others waiting for ever.
    idle_in_transaction_session_timeout: 60_000,
    keepAlive: true,
    application_name: 'skyedge',
    // A catalogue that waits for nothing must not keep a command of the operator from its end.
    allowExitOnIdle: true,
  })
  // An idle connection that breaks leaves the pool; whoever asks next gets a new one, or the error.
  pool.on('error', () => undefined)
  return pool
}

/** `?` -> `$1`, `$2`, …; no statement of the catalogue has a question mark of another kind. */
export function numbered(sql: string): string {
  let n = 0
  return sql.replaceAll('?', () => `$${++n}`)
}

/** A whole transaction over one connection, which goes back into the pool as it ends, or away where it broke. */
export async function inTransaction<T>(
  pool: pg.Pool,
  begin: string,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  // Without a listener a connection that breaks between two statements ends the process.
  const notice = (error: Error) => {
    broken = error
  }
  client.on('error', notice)
  try {
    await client.query(begin)
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } catch (error) {
    await client.query('ROLLBACK').catch(notice)
    throw error
  } finally {
    client.off('error', notice)
    client.release(broken)
  }
}

export const executorOf = (all: Executor['all']): Executor => ({
  all,
  one: async (sql, ...values) => (await all(sql, ...values))[0],
  run: async (sql, ...values) => void (await all(sql, ...values)),
})
