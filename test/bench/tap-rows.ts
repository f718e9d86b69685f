// SELECT * of 10^5 rows like ivoa.ObsCore (50 columns, about 1 kB of TABLEDATA each) through the query processes of both
// stores: rows a second by serialization, memory of the two processes, and what the pool adds to a small query.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Field } from '#src/votable'
import { createQueryRunner } from '../../origin/query/pool.ts'
import type { Query, QueryRunner, Store, TableFormat } from '../../origin/query/query.ts'
import { postgres } from '../support/optional.ts'
import { freshDatabase } from '../support/postgres.ts'
import { bytesOf, within } from '../support/query-stores.ts'
import type { Benchmark, Figure } from './result.ts'

const ROWS = 100_000
const REPEATS = 3

/** Columns by their kind: values are SQL that both stores take, of the row number `i`. */
const COLUMNS: readonly (Field & { readonly sql: string; readonly type: string })[] = [
  ...Array.from({ length: 16 }, (_, n) => ({
    name: `real_${n}`,
    datatype: 'double' as const,
    type: 'double precision',
    sql: n % 4 === 3 ? 'NULL' : `(i * ${n + 1}.0 + 0.${n + 1}) / ${n + 3}.7`,
  })),
  ...Array.from({ length: 10 }, (_, n) => ({
    name: `whole_${n}`,
    datatype: n < 5 ? ('long' as const) : ('int' as const),
    type: 'bigint',
    sql: n % 5 === 4 ? 'NULL' : `i * ${n + 1}`,
  })),
  ...Array.from({ length: 22 }, (_, n) => ({
    name: `text_${n}`,
    datatype: 'char' as const,
    arraysize: '*',
    type: 'text',
    sql: n % 6 === 5 ? 'NULL' : `'value ' || (i % ${10 ** (1 + (n % 4))})`,
  })),
  {
    name: 'access_url',
    datatype: 'char',
    arraysize: '*',
    type: 'text',
    sql: `'https://archive.example/datalink/links?ID=ivo%3A%2F%2Farchive.example%2Fdr1%3Fvisit%2F' || i`,
  },
  {
    name: 's_region',
    datatype: 'char',
    arraysize: '*',
    type: 'text',
    sql: `'POLYGON ICRS 150.12' || i || ' 2.123456 150.22' || i || ' 2.123456 150.223456 2.22' || i || ' 150.123456 2.223456'`,
  },
]
const SELECTED = COLUMNS.map(({ name, sql }) => `${sql} AS ${name}`).join(', ')

function makeSqlite(path: string): Store {
  const db = new DatabaseSync(path)
  db.exec(`CREATE TABLE rows AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
    SELECT ${SELECTED} FROM n`)
  db.close()
  return { kind: 'sqlite', path }
}

const select = (text: string, fields: Query['fields'], format: TableFormat): Query => ({
  sql: { text, params: [] },
  fields,
  maxrec: 10 * ROWS,
  format,
})

/** Resident memory that the query processes of this one reached, MB. */
function peakMb(): number {
  let most = 0
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('query/process')) continue
      if (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[1] !== `${process.pid}`) continue
      most = Math.max(most, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024)
    } catch {}
  return most
}

async function rowsASecond(runner: QueryRunner, format: TableFormat): Promise<number> {
  let best = 0
  for (let k = 0; k < REPEATS; k++) {
    const began = performance.now()
    await within(runner, async (session) => {
      const answer = await session.run(select('SELECT * FROM rows', COLUMNS, format))
      for await (const piece of answer.body) if (piece.length === 0) continue
      const { rows } = await answer.outcome
      if (rows !== ROWS) throw new Error(`${rows} rows came, not ${ROWS}`)
    })
    best = Math.max(best, ROWS / ((performance.now() - began) / 1000))
  }
  return best
}

async function smallMs(runner: QueryRunner): Promise<number> {
  const times: number[] = []
  for (let k = 0; k < 200; k++) {
    const began = performance.now()
    await within(runner, async (session) =>
      bytesOf((await session.run(select('SELECT 1', [{ name: 'one', datatype: 'int' }], 'votable'))).body),
    )
    times.push(performance.now() - began)
  }
  return times.sort((a, b) => a - b)[100]
}

async function measure(store: Store): Promise<Figure[]> {
  const runner = createQueryRunner({ store, processes: 1, log: () => {} })
  const figures: Figure[] = []
  try {
    figures.push({ what: `${store.kind}: a small query, median`, value: await smallMs(runner), unit: 'ms' })
    for (const format of ['votable', 'votable-binary2', 'csv', 'tsv', 'json', 'parquet', 'fits'] as const) {
      figures.push({ what: `${store.kind}: ${format}`, value: await rowsASecond(runner, format), unit: 'rows/s' })
      if (format === 'votable-binary2')
        figures.push({ what: `${store.kind}: process memory after VOTables`, value: peakMb(), unit: 'MB' })
    }
    figures.push({ what: `${store.kind}: process memory after all`, value: peakMb(), unit: 'MB' })
  } finally {
    await runner.close()
  }
  return figures
}

export const bench: Benchmark = {
  name: 'tap-rows',
  about: 'rows a second of SELECT * over 10^5 rows of 50 columns, both stores, every format',
  async run() {
    const figures: Figure[] = []
    const folder = mkdtempSync(join(tmpdir(), 'skyedge-bench-'))
    try {
      figures.push(...(await measure(makeSqlite(join(folder, 'rows.sqlite')))))
    } finally {
      rmSync(folder, { recursive: true })
    }
    const notes: string[] = []
    const server = postgres()
    if (server.found) {
      const database = await freshDatabase()
      const types = COLUMNS.map(({ name, type }) => `${name} ${type}`).join(', ')
      await database.query(`CREATE TABLE rows (${types})`)
      await database.query(`INSERT INTO rows SELECT ${SELECTED} FROM generate_series(1, ${ROWS}) i`)
      await database.query('ANALYZE rows')
      figures.push(...(await measure({ kind: 'postgres', url: database.url })))
      await database.drop()
    } else notes.push(`PostgreSQL was left out: ${server.reason}`)
    return { name: 'tap-rows', figures, peers: [], ratios: [], notes }
  },
}
