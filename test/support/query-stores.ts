// Both stores with a table of numbers to query, for tests of the query processes.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createQueryRunner, type RunnerOptions } from '../../origin/query/pool.ts'
import type { Query, QueryRunner, QuerySession, Store } from '../../origin/query/query.ts'
import { always, type Optional, postgres } from './optional.ts'
import { freshDatabase } from './postgres.ts'

export const ROWS = 20_000

export interface QueryStore {
  readonly kind: Store['kind']
  readonly optional: Optional
  /** The store and how to remove it. */
  make(): Promise<{ store: Store; remove(): Promise<void> }>
  /** Rows without end, and without a row for ever. */
  readonly endless: string
  readonly never: string
  placeholder(n: number): string
}

export const STORES: readonly QueryStore[] = [
  {
    kind: 'sqlite',
    optional: always,
    async make() {
      const folder = mkdtempSync(join(tmpdir(), 'skyedge-query-'))
      const path = join(folder, 'catalog.sqlite')
      const db = new DatabaseSync(path)
      db.exec(`CREATE TABLE numbers (id INTEGER PRIMARY KEY, x REAL, name TEXT);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
        INSERT INTO numbers SELECT i, i / 8.0, 'row <' || i || '>' FROM n`)
      db.close()
      return { store: { kind: 'sqlite', path }, remove: async () => rmSync(folder, { recursive: true }) }
    },
    endless: 'SELECT a.id, b.x, a.name FROM numbers a, numbers b, numbers c',
    never: 'SELECT count(*) FROM numbers a, numbers b, numbers c WHERE a.x + b.x + c.x < 0',
    placeholder: () => '?',
  },
  {
    kind: 'postgres',
    optional: postgres(),
    async make() {
      const database = await freshDatabase()
      await database.query('CREATE TABLE numbers (id bigint PRIMARY KEY, x double precision, name text)')
      await database.query(
        `INSERT INTO numbers SELECT i, i / 8.0, 'row <' || i || '>' FROM generate_series(1, ${ROWS}) i`,
      )
      return { store: { kind: 'postgres', url: database.url }, remove: () => database.drop() }
    },
    endless: 'SELECT a.id, b.x, a.name FROM numbers a, numbers b, numbers c',
    never: 'SELECT count(*) FROM numbers a, numbers b, numbers c WHERE a.x + b.x + c.x < 0',
    placeholder: (n) => `$${n}`,
  },
]

export const NUMBERS: Query['fields'] = [
  { name: 'id', datatype: 'long' },
  { name: 'x', datatype: 'double', unit: 's', ucd: 'time', description: 'a number' },
  { name: 'name', datatype: 'char', arraysize: '*' },
]
export const COUNT: Query['fields'] = [{ name: 'n', datatype: 'long' }]

export const runnerOf = (store: Store, more: Partial<RunnerOptions> = {}): QueryRunner =>
  createQueryRunner({ store, processes: 3, log: () => {}, ...more })

/** A session for one thing, closed afterwards. */
export async function within<T>(
  runner: QueryRunner,
  work: (session: QuerySession) => Promise<T>,
  options: { signal?: AbortSignal; deadlineMs?: number; background?: boolean } = {},
): Promise<T> {
  const { signal = new AbortController().signal, deadlineMs = 30_000, background } = options
  const session = await runner.session({ signal, deadlineMs, background })
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}

export async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** The whole answer of one query. */
export const answerOf = (runner: QueryRunner, query: Query): Promise<Buffer> =>
  within(runner, async (session) => bytesOf((await session.run(query)).body))

export const select = (text: string, more: Partial<Query> = {}): Query => ({
  sql: { text, params: [] },
  fields: NUMBERS,
  maxrec: 1_000_000,
  format: 'votable',
  ...more,
})
