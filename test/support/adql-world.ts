// One small, nasty set of tables in both stores: positions at poles and on longitude 0, NULLs, text that is not ASCII, negative
// numbers, dates. Queries are run as the services run them (parse, resolve, emit), but in this process.

import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { type Bindings, type DialectName, emit, parseAdql, resolveAdql, type Sql } from '#src/adql'
import { bounds, capBox, degToRad } from '#src/sky'
import type { Column, Datatype, Table, TableSet } from '#src/votable'
import { POSTGRES_FUNCTIONS } from '../../origin/query/postgres-functions.ts'
import { registerFunctions } from '../../origin/query/sqlite-functions.ts'
import { freshDatabase } from './postgres.ts'

type Value = string | number | null
const column = (name: string, datatype: Datatype, more: Partial<Column> = {}): Column => ({
  name,
  datatype,
  description: name,
  ...(datatype === 'char' && { arraysize: '*' }),
  ...more,
})
const table = (schema: string, name: string, columns: Column[]): Table => ({
  schema,
  name,
  kind: 'table',
  description: name,
  columns,
})

const IMAGE = table('sky', 'Image', [
  column('id', 'long'),
  column('name', 'char'),
  column('band', 'char'),
  column('s_ra', 'double', { unit: 'deg' }),
  column('s_dec', 'double', { unit: 'deg' }),
  column('s_region', 'char', { xtype: 'adql:REGION' }),
  column('t_min', 'double', { unit: 'd' }),
  column('flux', 'double', { unit: 'Jy' }),
  column('n', 'int'),
  column('obs_day', 'char', { xtype: 'timestamp' }),
  column('released', 'boolean'),
  column('visit', 'int'),
])
const VISIT = table('sky', 'visit', [
  column('visit', 'int'),
  column('filter', 'char'),
  column('airmass', 'double'),
  column('night', 'char', { xtype: 'timestamp' }),
])
/** Named as SQL words and with quotes. */
const ODD = table('sky', 'select "x', [column('order', 'int'), column('a"; DROP', 'char'), column('Größe', 'double')])
const TARGETS = table('TAP_UPLOAD', 'targets', [
  column('name', 'char'),
  column('ra', 'double'),
  column('dec', 'double'),
  column('radius', 'double'),
  column('pos', 'double', { arraysize: '2', xtype: 'point' }),
  column('shape', 'double', { arraysize: '*', xtype: 'polygon' }),
  column('cap', 'double', { arraysize: '3', xtype: 'circle' }),
])
export const TABLES: TableSet = [{ name: 'sky', description: 'sky', tables: [IMAGE, VISIT, ODD] }]
const ALL = [IMAGE, VISIT, ODD, TARGETS]

const square = (lon: number, lat: number, half = 0.5) =>
  `POLYGON ICRS ${[
    [lon - half, lat - half],
    [lon + half, lat - half],
    [lon + half, lat + half],
    [lon - half, lat + half],
  ]
    .map(([x, y]) => `${(x + 360) % 360} ${y}`)
    .join(' ')}`
const polar = (sign: 1 | -1) => `POLYGON ICRS 0 ${sign * 89} 90 ${sign * 89} 180 ${sign * 89} 270 ${sign * 89}`

const ROWS: Readonly<Record<string, readonly (readonly Value[])[]>> = {
  Image: [
    [1, 'alpha', 'g', 10, 0, square(10, 0), 60000.25, 1.5, 3, '2024-01-01T00:00:00', 1, 100],
    [2, 'Beta', 'r', 10.25, 0.25, square(10.25, 0.25), 60000.5, -2.5, -7, '2024-01-01T06:00:00', 1, 100],
    [3, 'gamma_ray', 'i', 0, 0, square(0, 0), 60001, 0, 0, '2024-01-02T12:00:00.5', 0, 101],
    [4, 'Ωmega', 'g', 359.9, -0.1, square(359.9, -0.1), 60002, 1e-7, 12, '2023-12-31T23:59:59', 0, 101],
    [5, 'north', 'r', 45, 89.9, polar(1), 60003, 1e15, 2, '2024-02-29T00:00:00', 1, 102],
    [6, 'south', 'z', 200, -90, polar(-1), 60004, 2.675, -1, null, 1, 102],
    [7, 'straße', 'g', 180, 45, square(180, 45), null, null, null, '1999-12-31T23:59:59.999', 0, 103],
    [8, '100%', null, 180.5, 45.25, null, 60005.75, 3.25, 5, '2024-01-03T00:00:00', null, null],
    [9, 'a_b', 'i', 83.8221, -5.3911, square(83.8221, -5.3911, 1), 60006, -0.5, 7, '2024-05-05T05:05:05.05', 1, 104],
    [10, 'ALPHA', 'g', 84, -5, square(84, -5, 0.25), 60007, 12345.678, 7, '2024-05-05T05:05:05', 1, 104],
    [
      11,
      "O'Hara",
      'y',
      300,
      -30,
      `POLYGON ICRS 299 -31 301 -31 300 -30.5 301 -29 299 -29`,
      60008,
      7.5,
      9,
      '2024-06-01T00:00:00',
      0,
      105,
    ],
    [12, '', 'u', 359.999, 10, square(359.999, 10, 2), 60009, 2, 4, '2024-07-01T00:00:00', 1, 999],
  ],
  visit: [
    [100, 'g', 1.1, '2024-01-01T00:00:00'],
    [101, 'r', 1.5, '2024-01-02T00:00:00'],
    [102, 'r', null, '2024-01-03T00:00:00'],
    [103, 'i', 2.25, null],
    [104, null, 1, '2024-05-05T00:00:00'],
    [200, 'z', 3, '2025-01-01T00:00:00'],
  ],
  'select "x': [
    [1, 'x', 1.5],
    [2, "'); DROP TABLE image; --", -1.5],
    [3, null, null],
  ],
  targets: [
    ['one', 10.1, 0.1, 0.3, '10.1 0.1', '10 0 10.5 0 10.5 0.5 10 0.5', '10 0 0.2'],
    ['zero', 0.05, 0, 0.2, '0.05 0', '359.8 -0.2 0.2 -0.2 0.2 0.2 359.8 0.2', '359.9 0 0.5'],
    ['pole', 123, 89.95, 0.2, '123 89.95', '0 89.5 120 89.5 240 89.5', '0 90 0.5'],
    ['orion', 83.8, -5.4, 1, '83.8 -5.4', '83 -6 85 -6 85 -5 83 -5', '83.8 -5.4 0.1'],
    ['nowhere', null, null, null, null, null, null],
    ['far', 250, 60, 0.001, '250 60', '249 59 251 59 250 61', '250 60 120'],
  ],
}

const SQLITE: Partial<Record<Datatype, string>> = {
  double: 'REAL',
  long: 'INTEGER',
  int: 'INTEGER',
  boolean: 'INTEGER',
}
const POSTGRES: Partial<Record<Datatype, string>> = {
  double: 'double precision',
  long: 'bigint',
  int: 'bigint',
  boolean: 'boolean',
}
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
const isShape = ({ xtype, arraysize, datatype }: Column) => xtype !== undefined || (arraysize && datatype === 'double')
const typeOf = (one: Column, types: Partial<Record<Datatype, string>>, text: string) =>
  isShape(one) ? text : (types[one.datatype] ?? text)

const verticesOf = (region: string) => region.split(' ').slice(2).map(Number)

export interface World {
  readonly dialect: DialectName
  /** Rows of a query; booleans are 0 and 1, 64-bit integers numbers. */
  rows(adql: string, options?: { maxrec?: number }): Promise<unknown[][]>
  /** How the store would run it. */
  plan(adql: string): Promise<string>
  sql(adql: string): Sql
  close(): Promise<void>
}

export function emitted(adql: string, dialect: DialectName, maxrec?: number): Sql {
  const bound = resolveAdql(parseAdql(adql), { tables: TABLES, uploads: [TARGETS] })
  return emit(bound, dialect, bindings(dialect), { maxrec })
}

function bindings(dialect: DialectName): Bindings {
  return {
    table(asked) {
      const from = (columns: readonly string[], shown = false): Sql => {
        const list = columns.map((name) => quoted(name.toLowerCase()))
        if (shown) list.push(`CASE WHEN 'it''s ?' <> ? THEN 1 ELSE 0 END AS "row_shown"`)
        if (asked === IMAGE) list.push(dialect === 'sqlite' ? '"id" AS "own_key", "outline"' : '"outline", "place"')
        if (list.length === 0) list.push('1 AS "one"')
        // A restriction with a parameter, as row rights have.
        return {
          text: `(SELECT ${list.join(', ')} FROM ${quoted(asked.name.toLowerCase())} WHERE 'it''s ?' <> ?)`,
          params: shown ? ['no', 'no'] : ['no'],
        }
      }
      const shown = asked === TARGETS ? undefined : 'row_shown'
      if (asked !== IMAGE) return { from, shown }
      const rtree = { table: 'image_boxes', key: 'own_key' }
      return dialect === 'sqlite'
        ? {
            from,
            shown,
            regions: { s_region: { machine: 'outline', rtree } },
            positions: [{ lon: 's_ra', lat: 's_dec', rtree }],
          }
        : {
            from,
            shown,
            regions: { s_region: { machine: 'outline' } },
            positions: [{ lon: 's_ra', lat: 's_dec', machine: 'place' }],
          }
    },
  }
}

export function sqliteWorld(): World {
  const db = new DatabaseSync(':memory:')
  registerFunctions(db)
  for (const { name, columns } of ALL) {
    const list = columns.map(
      (one, i) =>
        `${quoted(one.name.toLowerCase())} ${typeOf(one, SQLITE, 'TEXT')}${i === 0 && one.name === 'id' ? ' PRIMARY KEY' : ''}`,
    )
    db.exec(
      `CREATE TABLE ${quoted(name.toLowerCase())} (${list.join(', ')}${name === 'Image' ? ', outline BLOB' : ''})`,
    )
    for (const row of ROWS[name]) {
      const values: (Value | Uint8Array)[] = [...row]
      if (name === 'Image') values.push(row[5] === null ? null : footprintBytes(verticesOf(row[5] as string)))
      db.prepare(`INSERT INTO ${quoted(name.toLowerCase())} VALUES (${values.map(() => '?').join(', ')})`).run(
        ...values,
      )
    }
  }
  db.exec(
    'CREATE VIRTUAL TABLE image_boxes USING rtree (id, x0, x1, y0, y1, z0, z1); CREATE INDEX image_visit ON image (visit)',
  )
  for (const [id, , , ra, dec, region] of ROWS.Image) {
    // A box holds the footprint and the position.
    const circle =
      region === null
        ? { lonRad: degToRad(ra as number), latRad: degToRad(dec as number), radiusRad: 0 }
        : aroundOf(region as string)
    db.prepare('INSERT INTO image_boxes VALUES (?, ?, ?, ?, ?, ?, ?)').run(
      id,
      ...capBox(circle.lonRad, circle.latRad, circle.radiusRad),
    )
  }
  const run = (sql: Sql, text = sql.text) => {
    const statement = db.prepare(text)
    statement.setReturnArrays(true)
    return statement.all(...sql.params) as unknown as unknown[][]
  }
  return {
    dialect: 'sqlite',
    rows: async (adql, { maxrec } = {}) => run(emitted(adql, 'sqlite', maxrec)),
    async plan(adql) {
      const sql = emitted(adql, 'sqlite')
      return run(sql, `EXPLAIN QUERY PLAN ${sql.text}`)
        .map((row) => row[3])
        .join('\n')
    },
    sql: (adql) => emitted(adql, 'sqlite'),
    close: async () => db.close(),
  }
}

function aroundOf(region: string) {
  const deg = verticesOf(region)
  const vertices = Array.from({ length: deg.length / 2 }, (_, i) => ({
    lonRad: degToRad(deg[2 * i]),
    latRad: degToRad(deg[2 * i + 1]),
  }))
  return bounds({ kind: 'polygon', vertices })
}
const footprintBytes = (deg: readonly number[]) => new Uint8Array(Float64Array.from(deg, degToRad).buffer)
const spoly = (deg: readonly number[]) => {
  const pairs = Array.from({ length: deg.length / 2 }, (_, i) => `(${deg[2 * i]}d,${deg[2 * i + 1]}d)`)
  return `{${pairs.join(',')}}`
}

export async function postgresWorld(): Promise<World> {
  const database = await freshDatabase()
  const client = new pg.Client({ connectionString: database.url })
  client.setTypeParser(20, Number)
  client.setTypeParser(16, (text: string) => (text === 't' ? 1 : 0))
  await client.connect()
  await client.query(POSTGRES_FUNCTIONS)
  for (const { name, columns } of ALL) {
    const list = columns.map((one) => `${quoted(one.name.toLowerCase())} ${typeOf(one, POSTGRES, 'text COLLATE "C"')}`)
    await client.query(
      `CREATE TABLE ${quoted(name.toLowerCase())} (${list.join(', ')}${name === 'Image' ? ', outline spoly, place spoint' : ''})`,
    )
    for (const row of ROWS[name]) {
      const values: unknown[] = row.map((value, i) =>
        columns[i].datatype === 'boolean' && value !== null ? value === 1 : value,
      )
      if (name === 'Image') {
        values.push(row[5] === null ? null : spoly(verticesOf(row[5] as string)), `(${row[3]}d,${row[4]}d)`)
      }
      await client.query(
        `INSERT INTO ${quoted(name.toLowerCase())} VALUES (${values.map((_, i) => `$${i + 1}`).join(', ')})`,
        values,
      )
    }
  }
  await client.query(
    'CREATE INDEX ON image USING gist (outline); CREATE INDEX ON image USING gist (place); CREATE INDEX ON image (visit); ANALYZE image',
  )
  const run = async (text: string, params: readonly unknown[]) =>
    (await client.query({ text, values: [...params], rowMode: 'array' })).rows as unknown[][]
  return {
    dialect: 'postgres',
    async rows(adql, { maxrec } = {}) {
      const sql = emitted(adql, 'postgres', maxrec)
      return run(sql.text, sql.params)
    },
    async plan(adql) {
      const sql = emitted(adql, 'postgres')
      await client.query('SET enable_seqscan = off')
      const rows = await run(`EXPLAIN ${sql.text}`, sql.params)
      await client.query('SET enable_seqscan = on')
      return rows.join('\n')
    },
    sql: (adql) => emitted(adql, 'postgres'),
    async close() {
      await client.end()
      await database.drop()
    },
  }
}
