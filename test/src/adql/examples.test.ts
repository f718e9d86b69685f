// The forms of query that ADQL 2.1, TAP 1.1, ObsCore 1.1, the UDF catalogue and clients show, asked of tables with such columns.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AdqlError, emit, parseAdql, printAdql, resolveAdql } from '#src/adql'
import { IVOA_SCHEMA } from '#src/obscore'
import type { Column, Table, TableSet } from '#src/votable'
import { bind } from './ask.ts'

const number = (name: string): Column => ({ name, datatype: 'double', description: '' })
const shape = (name: string, xtype: string): Column => ({
  name,
  datatype: 'double',
  arraysize: '*',
  xtype,
  description: '',
})
const table = (name: string, ...columns: Column[]): Table => ({
  schema: 'sky',
  name,
  kind: 'table',
  description: '',
  columns,
})
const source = (name: string) =>
  table(name, { name: 'id', datatype: 'long', description: '' }, number('ra'), number('dec'))

const TABLES: TableSet = [
  {
    name: 'sky',
    description: '',
    tables: [
      source('alpha_source'),
      source('atable'),
      source('table1'),
      source('table2'),
      source('table3'),
      table(
        't1',
        shape('center', 'point'),
        shape('target', 'circle'),
        number('width'),
        number('height'),
        number('ra'),
        number('dec'),
      ),
      table(
        't2',
        shape('footprint', 'polygon'),
        shape('toppoint', 'point'),
        shape('bottomleft', 'point'),
        shape('bottomright', 'point'),
      ),
      table('magnitudes', number('r'), number('g')),
      table('tables', { name: 'table_name', datatype: 'char', arraysize: '*', description: '' }),
    ],
  },
  IVOA_SCHEMA,
]

const EXAMPLES: readonly (readonly [source: string, text: string])[] = [
  [
    'ADQL 2.1 §2.2.1',
    'SELECT alpha_source.id FROM alpha_source WHERE id >= 5 AND id IN (SELECT id FROM alpha_source WHERE id < 10)',
  ],
  [
    'ADQL 2.1 §2.2.1',
    'SELECT alpha_source.id FROM alpha_source, (SELECT alpha_source.id FROM alpha_source WHERE id < 10) AS subsample WHERE alpha_source.id >= 5 AND alpha_source.id = subsample.id',
  ],
  [
    'ADQL 2.1 §2.2.1',
    'WITH subsample AS (SELECT alpha_source.id FROM alpha_source WHERE id < 10) SELECT alpha_source.id FROM alpha_source INNER JOIN subsample USING(id) WHERE alpha_source.id >= 5',
  ],
  [
    'ADQL 2.1 §4.2.8',
    'SELECT * FROM table1 JOIN table2 ON DISTANCE(table1.ra, table1.dec, table2.ra, table2.dec) < 0.00027',
  ],
  ['ADQL 2.1 §4.2.8', 'SELECT * FROM t1 WHERE DISTANCE(center, POINT(10.68, 41.27)) <= 2.5'],
  ['ADQL 2.1 §4.2.9', 'SELECT AREA(POLYGON(10.0, -10.5, 20.0, 20.5, 30.0, 30.5)), AREA(t2.footprint) FROM t2'],
  [
    'ADQL 2.1 §4.2.10',
    'SELECT BOX(25.4, -20.0, 10.0, 10.0), BOX(POINT(25.4, -20.0), 10, 10), BOX(t1.center, t1.width, t1.height) FROM t1',
  ],
  ['ADQL 2.1 §4.2.11', 'SELECT CENTROID(POLYGON(10.0, -10.5, 20.0, 20.5, 30.0, 30.5)), CENTROID(t2.footprint) FROM t2'],
  ['ADQL 2.1 §4.2.13', 'SELECT 1 FROM t1 WHERE 0 = CONTAINS(POINT(25.0, -19.5), CIRCLE(25.4, -20.0, 10.0))'],
  ['ADQL 2.1 §4.2.13', 'SELECT 1 FROM t1, t2 WHERE 0 = CONTAINS(t1.center, t2.footprint)'],
  [
    'ADQL 2.1 §4.2.14',
    `SELECT COORD1(POINT(25.0, -19.5)), COORD2(t1.center), COORDSYS(POINT('ICRS', 25.0, -19.5)) FROM t1`,
  ],
  [
    'ADQL 2.1 §4.2.18',
    'SELECT INTERSECTS(CIRCLE(25.4, -20.0, 1), POLYGON(20.0, -15.0, 20.0, -5.0, 10.0, -5.0, 10.0, -15.0)) FROM t1',
  ],
  ['ADQL 2.1 §4.2.18', 'SELECT 1 FROM t1, t2 WHERE 0 = INTERSECTS(t1.target, t2.footprint)'],
  ['ADQL 2.1 §4.2.20', 'SELECT POLYGON(ra, dec + 5, ra - 5, dec - 5, ra - 5, dec + 5) FROM t1'],
  ['ADQL 2.1 §4.2.20', 'SELECT POLYGON(t2.toppoint, t2.bottomleft, t2.bottomright) FROM t2'],
  ['ADQL 2.1 §4.4', `SELECT LOWER('Francis'), UPPER('Francis') FROM t1 WHERE 'Francis' ILIKE 'francis'`],
  [
    'ADQL 2.1 §4.5',
    'SELECT ra, dec FROM (SELECT * FROM alpha_source WHERE id % 10 = 0) AS alpha_subset WHERE ra > 10 AND ra < 20',
  ],
  [
    'ADQL 2.1 §4.5',
    'WITH alpha_subset AS (SELECT * FROM alpha_source WHERE id % 10 = 0) SELECT ra, dec FROM alpha_subset WHERE ra > 10 AND ra < 20',
  ],
  ['ADQL 2.1 §4.6', 'SELECT id, ra, dec FROM table1 UNION SELECT id, ra, dec FROM table2 ORDER BY id -- sorted'],
  [
    'ADQL 2.1 §4.6',
    '-- first\n(SELECT TOP 10 id, ra, dec FROM atable ORDER BY id ASC)\nUNION\n-- last\n(SELECT TOP 10 id, ra, dec FROM atable ORDER BY id DESC)',
  ],
  [
    'ADQL 2.1 §4.6',
    'WITH tenFirst AS (SELECT TOP 10 id, ra, dec FROM atable ORDER BY id ASC), tenLast AS (SELECT TOP 10 id, ra, dec FROM atable ORDER BY id DESC) SELECT * FROM tenFirst UNION SELECT * FROM tenLast',
  ],
  [
    'ADQL 2.1 §4.6',
    'SELECT id, ra, dec FROM table1 UNION (SELECT id, ra, dec FROM table2 INTERSECT SELECT id, ra, dec FROM table3)',
  ],
  [
    'ADQL 2.1 §4.7',
    `SELECT CAST(3 AS REAL), CAST('3.14159265358979323846' AS DOUBLE PRECISION), CAST('2021-01-14T11:25:00' AS TIMESTAMP) FROM t1`,
  ],
  [
    'ADQL 2.1 §4.7',
    `SELECT CAST('12.3 45.6' AS POINT), CAST('12.3 45.6 1.0' AS CIRCLE), CAST('1.0 0.1 2.0 0.2 3.0 0.3' AS POLYGON) FROM t1`,
  ],
  ['ADQL 2.1 §4.8', `SELECT COALESCE(access_url, '') FROM ivoa.ObsCore`],
  ['TAP 1.1 §5', 'SELECT * FROM magnitudes AS m where m.r>=10 and m.r<=16'],
  [
    'ObsCore 1.1 appendix A',
    `SELECT * FROM ivoa.Obscore WHERE CONTAINS(POINT('ICRS', 16.0, 40.0), s_region) = 1 AND dataproduct_type = 'image' AND calib_level > 1`,
  ],
  [
    'ObsCore 1.1 appendix A',
    `SELECT * FROM ivoa.Obscore WHERE DISTANCE(POINT('ICRS', s_ra, s_dec), POINT('ICRS', 2.1, -3.4)) < 0.1 AND em_min < 2.1E-07 AND (pol_states LIKE '%/I/%' OR t_exptime > 3600.)`,
  ],
  [
    'UDF catalogue 1.2',
    `SELECT ivo_healpix_index(17, POINT('ICRS', 1, 1)), ivo_healpix_index(0, 1, 1), ivo_healpix_center(17, ivo_healpix_index(17, 23.4, 56.7)) FROM t1`,
  ],
  [
    'UDF catalogue 1.2',
    `SELECT ivo_string_agg(table_name, ' <//> ') FROM sky.tables WHERE table_name ILIKE 'tap_schema.%'`,
  ],
  [
    'UDF catalogue 1.2',
    `SELECT ivo_epoch_prop_pos(7.606083572, 11.79044105, 125, 300, -428.8, NULL, 2016.0, 1875.0), ivo_to_mjd('1910-12-31T06:00:00'), ivo_to_jd(NULL) FROM t1`,
  ],
  ['pyvo', `SELECT TOP 100 * FROM ivoa.obscore WHERE INTERSECTS(CIRCLE('ICRS GEOCENTER',10.68,41.27,0.5),s_region)=1`],
  ['TOPCAT', 'SELECT\n   TOP 1000\n   "r", g AS gmag\n   FROM "sky"."magnitudes"\n   WHERE 1=1'],
]

describe('the examples of', () => {
  it.each(EXAMPLES)('%s: %s', (_source, text) => {
    const query = parseAdql(text)
    expect(resolveAdql(query, { tables: TABLES }).fields.length).toBeGreaterThan(0)
    expect(printAdql(parseAdql(printAdql(query)))).toBe(printAdql(query))
  })

  it('the README give fields and SQL', () => {
    const stars = [
      {
        name: 'main',
        description: '',
        tables: [
          {
            ...source('stars'),
            schema: 'main',
            columns: [
              ...source('stars').columns,
              { name: 'name', datatype: 'char', arraysize: '*', description: '' } as const,
            ],
          },
        ],
      },
    ]
    const query = parseAdql('SELECT TOP 5 name FROM stars WHERE 1 = CONTAINS(POINT(ra, dec), CIRCLE(150, 2, 0.5))')
    const bound = resolveAdql(query, { tables: stars })
    expect(bound.fields).toMatchObject([{ name: 'name', datatype: 'char' }])
    const sql = emit(bound, 'sqlite', { table: () => ({ from: () => ({ text: 'stars', params: [] }) }) })
    expect(sql.text).toContain('stars')
  })
})

const WORDS =
  'SELECT FROM WHERE GROUP BY HAVING ORDER OFFSET TOP DISTINCT ALL AS AND OR NOT IN LIKE BETWEEN IS NULL EXISTS JOIN LEFT NATURAL ON USING UNION INTERSECT WITH CAST COUNT POINT CIRCLE CONTAINS DISTANCE ABS obscore ivoa s_ra s_region o 1 2.5 0x1F , , ( ) ( ) . * + - / || = < >= <> ; \'a\' "s_dec" -- \n'.split(
    ' ',
  )

describe('any text', () => {
  it('of words of the language is a query or an AdqlError', () => {
    const words = fc.array(fc.constantFrom(...WORDS), { maxLength: 30 })
    const soup = words.map((some) => `SELECT ${some.join(' ')}`)
    const nearly = fc
      .tuple(words, words)
      .map(
        ([a, b]) => `SELECT s_ra ${a.slice(0, 4).join(' ')} FROM obscore o WHERE s_ra > 1 ${b.slice(0, 8).join(' ')}`,
      )
    fc.assert(
      fc.property(fc.oneof(soup, nearly), (text) => {
        try {
          bind(text)
        } catch (error) {
          if (!(error instanceof AdqlError)) throw error
          expect(error.line).toBeGreaterThan(0)
          expect(error.message).toMatch(/\(line \d+, column \d+\)$/)
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('of any characters is a query or an AdqlError', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(() => parseAdql(text)).toThrow(AdqlError)
      }),
      { numRuns: 1000 },
    )
  })
})
