// The metadata of 10^6 images in both stores: loading them in bulk, their size, and the queries of observers, as ADQL
// through parser, emitter and bindings to the rows of the store itself (no VOTable, no HTTP). SKYEDGE_BENCH_VISITS sets
// the number of visits (default 5200, with 3.3 patches each), SKYEDGE_BENCH_STORES which stores (sqlite,postgres). Stores that
// are filled already (make-obscore.ts) are only asked: SKYEDGE_BENCH_DATA names SQLite's folder, SKYEDGE_DATABASE_URL the other.

import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { type DialectName, emit, parseAdql, resolveAdql } from '#src/adql'
import { ANONYMOUS } from '#src/rights'
import { openPostgresCatalog } from '../../origin/catalog/postgres/postgres-catalog.ts'
import { openSqliteCatalog } from '../../origin/catalog/sqlite/sqlite-catalog.ts'
import type { Catalog } from '../../origin/catalog/store.ts'
import { CATALOG_TABLES, catalogBindings } from '../../origin/catalog/tables/bindings.ts'
import { registerFunctions } from '../../origin/query/sqlite-functions.ts'
import { postgres } from '../support/optional.ts'
import { freshDatabase } from '../support/postgres.ts'
import type { Benchmark, BenchResult, Figure } from './result.ts'
import { DEEP_FIELDS, pointings, RELEASE, survey, surveyOf, visitNumber } from './support/obscore-rows.ts'

const VISITS = Number(process.env.SKYEDGE_BENCH_VISITS ?? 5200)
const STORES = (process.env.SKYEDGE_BENCH_STORES ?? 'sqlite,postgres').split(',')
const SIZE = { visits: VISITS, patches: Math.round((VISITS * 17_200) / 5200) }
const REPEATS = 60

type Run = (sql: { text: string; params: readonly unknown[] }) => Promise<number> | number
interface OpenStore {
  /** Others filled it, and it stays. */
  readonly given: boolean
  readonly name: string
  readonly dialect: DialectName
  readonly catalog: Catalog
  /** Sends one statement and takes all its rows; how many. */
  readonly run: Run
  bytes(): Promise<number>
  end(): Promise<void>
}

async function openSqlite(): Promise<OpenStore> {
  const given = process.env.SKYEDGE_BENCH_DATA
  const folder = given ?? mkdtempSync(join(tmpdir(), 'skyedge-bench-'))
  const path = join(folder, 'catalog.sqlite')
  const catalog = openSqliteCatalog(path)
  const db = new DatabaseSync(path, { readOnly: true })
  db.exec('PRAGMA cache_size=-16384; PRAGMA mmap_size=268435456')
  registerFunctions(db)
  return {
    name: 'SQLite',
    given: given !== undefined,
    dialect: 'sqlite',
    catalog,
    run: ({ text, params }) => db.prepare(text).all(...(params as string[])).length,
    bytes: async () => statSync(path).size,
    async end() {
      db.close()
      await catalog.close()
      if (!given) rmSync(folder, { recursive: true })
    },
  }
}

async function openServer(): Promise<OpenStore> {
  const given = process.env.SKYEDGE_DATABASE_URL
  const fresh = given ? undefined : await freshDatabase()
  const url = fresh?.url ?? (given as string)
  const catalog = await openPostgresCatalog(url, { statementTimeoutMs: 0 })
  const client = new pg.Client(url)
  await client.connect()
  await client.query('SET default_transaction_read_only = on; SET jit = off')
  return {
    name: 'PostgreSQL',
    given: given !== undefined,
    dialect: 'postgres',
    catalog,
    run: async ({ text, params }) => (await client.query({ text, values: [...params], rowMode: 'array' })).rows.length,
    bytes: async () => Number((await client.query('SELECT pg_database_size(current_database()) AS n')).rows[0].n),
    async end() {
      await client.end()
      await catalog.close()
      await fresh?.drop()
    },
  }
}

/** Queries of one kind at many places; what to say of them. */
interface Question {
  readonly what: string
  readonly target?: number
  readonly adql: (i: number) => string
}

const visits = pointings(SIZE)
const deep = visits.filter((pointing) => pointing.deep)
const wide = visits.filter((pointing) => !pointing.deep)
const contains = (ra: number, dec: number) => `1 = CONTAINS(POINT(${ra}, ${dec}), s_region)`
const QUESTIONS: readonly Question[] = [
  {
    what: 'all columns, point in a deep field',
    target: 5,
    adql: (i) => {
      const [ra, dec] = DEEP_FIELDS[i % 4]
      return `SELECT * FROM ivoa.obscore WHERE ${contains(ra + (i % 7) * 0.01, dec + (i % 5) * 0.01)}`
    },
  },
  {
    what: 'all columns, point elsewhere',
    adql: (i) => {
      const { raDeg, decDeg } = wide[(i * 37) % wide.length]
      return `SELECT * FROM ivoa.obscore WHERE ${contains(raDeg, decDeg)}`
    },
  },
  {
    what: 'all columns, one visit',
    target: 15,
    adql: (i) => `SELECT * FROM ivoa.obscore WHERE lsst_visit = ${visitNumber((i * 31) % VISITS)}`,
  },
  {
    what: 'circle of 0.05 deg in a deep field, band and time',
    adql: (i) => {
      const { raDeg, decDeg, mjd } = deep[(i * 13) % deep.length]
      return `SELECT obs_publisher_did, s_ra, s_dec, t_min FROM ivoa.obscore
        WHERE 1 = INTERSECTS(CIRCLE(${raDeg}, ${decDeg}, 0.05), s_region) AND lsst_band = 'r' AND t_min > ${mjd - 200}`
    },
  },
  {
    what: 'cone of 0.3 deg over positions in a deep field',
    adql: (i) => {
      const [ra, dec] = DEEP_FIELDS[i % 4]
      return `SELECT obs_publisher_did, s_ra, s_dec FROM ivoa.obscore
        WHERE 1 = CONTAINS(POINT(s_ra, s_dec), CIRCLE(${ra}, ${dec}, 0.3))`
    },
  },
]

async function fill({ name, catalog, bytes }: OpenStore, figures: Figure[]): Promise<void> {
  const startMs = performance.now()
  const count = await catalog.load(RELEASE, survey(SIZE))
  const loadS = (performance.now() - startMs) / 1000
  await catalog.putSurvey(surveyOf(SIZE))
  figures.push(
    { what: `${name}: products`, value: count, unit: '' },
    { what: `${name}: bulk load with all indexes`, value: count / loadS, unit: 'rows/s' },
    { what: `${name}: size with all indexes`, value: (await bytes()) / count, unit: 'B/row' },
  )
}

async function measure(store: OpenStore, figures: Figure[], ratios: BenchResult['ratios'][number][]): Promise<void> {
  if (!store.given) await fill(store, figures)
  const scope = {
    principal: ANONYMOUS,
    base: 'http://x.test',
    nowMs: Date.UTC(2027, 0, 1),
    authority: 'skyedge.example',
  }
  for (const { what, target, adql } of QUESTIONS) {
    const bindings = catalogBindings({ ...scope, dialect: store.dialect })
    const statements = Array.from({ length: REPEATS }, (_, i) =>
      emit(resolveAdql(parseAdql(adql(i)), { tables: CATALOG_TABLES }), store.dialect, bindings, { maxrec: 100_000 }),
    )
    for (const statement of statements.slice(0, 8)) await store.run(statement)
    const times: number[] = []
    const rows: number[] = []
    for (const statement of statements) {
      const sentMs = performance.now()
      rows.push(await store.run(statement))
      times.push(performance.now() - sentMs)
    }
    const [median, rowsOf] = [middle(times), middle(rows)]
    figures.push(
      { what: `${store.name}: ${what} (${rowsOf} rows)`, value: median, unit: 'ms' },
      { what: `${store.name}: ${what}, quickest`, value: Math.min(...times), unit: 'ms' },
    )
    if (target !== undefined) ratios.push({ what: `${store.name}: ${what}`, value: median, unit: 'ms', target })
  }
}

const middle = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]

export const bench: Benchmark = {
  name: 'obscore',
  about: 'bulk load and queries of 10^6 ObsCore rows at the store, SQLite and PostgreSQL',
  async run() {
    const figures: Figure[] = []
    const ratios: BenchResult['ratios'][number][] = []
    const notes = [
      'each query is the median of 60 at different places, caches warm, rows taken as arrays of JavaScript',
    ]
    const server = postgres()
    for (const kind of STORES) {
      if (kind === 'postgres' && !server.found) {
        notes.push(server.says('PostgreSQL'))
        continue
      }
      const store = kind === 'postgres' ? await openServer() : await openSqlite()
      try {
        await measure(store, figures, ratios)
      } finally {
        await store.end()
      }
    }
    return { name: 'obscore', figures, peers: [], ratios, notes }
  },
}
