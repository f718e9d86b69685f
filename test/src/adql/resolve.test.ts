import { describe, expect, it } from 'vitest'
import { parseAdql, resolveAdql } from '#src/adql'
import { bind, problem, select, value, where } from './ask.ts'
import { TABLES } from './tables.ts'

const names = (text: string) => bind(text).fields.map(({ name }) => name)
const types = (text: string) => bind(text).rows.columns.map(({ type }) => type)

describe('names', () => {
  it.each(['ivoa.ObsCore', 'IVOA.OBSCORE', 'obscore', '"ivoa"."ObsCore"', '"ivoa".obscore'])(
    'find the table %s',
    (table) => {
      expect(bind(`SELECT s_ra FROM ${table}`).tables.map(({ name }) => name)).toEqual(['ObsCore'])
    },
  )

  it('find uploads with and without their schema', () => {
    expect(names('SELECT * FROM TAP_UPLOAD.mine')).toEqual(['ra', 'dec', '_RAJ2000'])
    expect(names('SELECT "_RAJ2000", m.ra FROM mine AS m')).toEqual(['_RAJ2000', 'ra'])
  })

  it('keep the spelling of the definition or of the alias', () => {
    expect(names('SELECT S_RA, o."S_dec", visit AS ViSiT FROM obscore o')).toEqual(['s_ra', 's_dec', 'ViSiT'])
  })

  it('carry the description of the column to the output', () => {
    const [ra, region, least, sum] = bind(
      'SELECT s_ra AS lon, s_region, MIN(t_min), s_ra + s_dec FROM obscore GROUP BY s_ra, s_region, s_dec',
    ).fields
    expect(ra).toMatchObject({
      name: 'lon',
      datatype: 'double',
      unit: 'deg',
      ucd: 'pos.eq.ra',
      description: 'what s_ra is',
    })
    expect(region).toMatchObject({ datatype: 'char', arraysize: '*', xtype: 'adql:REGION' })
    expect(least).toMatchObject({ name: 'min', datatype: 'double', unit: 'd' })
    expect(sum).toMatchObject({ name: 'col4', unit: 'deg' })
  })

  it('make names that are not there already for what has none', () => {
    expect(names('SELECT COUNT(*), COUNT(visit), 1 FROM obscore')).toEqual(['count', 'count_2', 'col3'])
  })

  it('expand * in the order of the tables, and t.*', () => {
    expect(names('SELECT * FROM survey.detector, mine')).toEqual(['visit', 'detector', 'band', 'ra', 'dec', '_RAJ2000'])
    expect(names('SELECT m.*, d.band FROM survey.detector d, mine m')).toEqual(['ra', 'dec', '_RAJ2000', 'band'])
  })

  it('say which columns of a table are read', () => {
    const [table] = select('SELECT s_ra FROM obscore WHERE t_min > 3 ORDER BY s_dec').from
    if (table.kind !== 'table') throw new Error('no table')
    expect(table.used.map(({ name }) => name)).toEqual(['t_min', 's_ra', 's_dec'])
  })

  it('prefer the exact spelling of a delimited name where names differ in case', () => {
    const column = (name: string) => ({ name, datatype: 'int', description: '' }) as const
    const table = {
      schema: 's',
      name: 't',
      kind: 'table',
      description: '',
      columns: [column('a'), column('A')],
    } as const
    const tables = [{ name: 's', description: '', tables: [table] }]
    const ask = (text: string) => resolveAdql(parseAdql(text), { tables }).fields[0].name
    expect([ask('SELECT "a" FROM t'), ask('SELECT "A" FROM t')]).toEqual(['a', 'A'])
    expect(() => ask('SELECT a FROM t')).toThrow(/2 places/)
  })
})

describe('joins', () => {
  it('merge the columns of USING and NATURAL, once and first', () => {
    expect(names('SELECT * FROM survey.visit JOIN survey.detector USING (visit)').slice(0, 4)).toEqual([
      'visit',
      'obs_start',
      'good',
      'band',
    ])
    const natural = select('SELECT visit FROM survey.visit NATURAL JOIN survey.detector')
    expect(natural.from[0]).toMatchObject({
      join: 'inner',
      on: { kind: 'and', terms: [{ operator: '=' }, { operator: '=' }] },
    })
  })

  it('take the merged column from the side whose rows are all there', () => {
    const side = (join: string) =>
      select(`SELECT visit FROM obscore o ${join} JOIN survey.detector d USING (visit)`).items[0]
    expect(side('LEFT')).toMatchObject({ kind: 'column', source: { table: { name: 'ObsCore' } } })
    expect(side('RIGHT')).toMatchObject({ kind: 'column', source: { table: { name: 'detector' } } })
    expect(side('FULL')).toMatchObject({
      kind: 'call',
      name: 'COALESCE',
      args: [{ kind: 'column' }, { kind: 'column' }],
    })
  })

  it('merge a third table with what the first two share', () => {
    expect(
      names('SELECT * FROM obscore NATURAL JOIN survey.detector NATURAL JOIN survey.visit').filter(
        (name) => name === 'visit',
      ),
    ).toHaveLength(1)
  })

  it('see in ON only the tables of the join', () => {
    expect(problem('SELECT 1 FROM mine, obscore o JOIN survey.visit v ON mine.ra = o.s_ra')).toMatch(
      /unknown-table: no table "mine" stands in FROM/,
    )
  })
})

describe('subqueries', () => {
  it('read columns of the query around them', () => {
    const condition = where('EXISTS (SELECT 1 FROM survey.visit v WHERE v.visit = obscore.visit AND s_ra > 1)')
    expect(condition).toMatchObject({ kind: 'exists', rows: { correlated: true } })
    if (condition.kind !== 'exists' || condition.rows.body.kind !== 'select') throw new Error('no EXISTS')
    expect(condition.rows.body.where).toMatchObject({
      terms: [{ right: { outer: 1, field: { name: 'visit' } } }, { left: { outer: 1 } }],
    })
  })

  it('are not correlated where they read only their own tables', () => {
    expect(where('visit IN (SELECT visit FROM survey.visit)')).toMatchObject({
      kind: 'inRows',
      rows: { correlated: false },
    })
  })

  it('do not see the tables beside them in FROM', () => {
    expect(problem('SELECT 1 FROM obscore o, (SELECT o.s_ra FROM mine) AS x')).toMatch(/no table "o" stands in FROM/)
  })

  it('stand as values with one column', () => {
    expect(value('(SELECT MAX(visit) FROM survey.visit)')).toMatchObject({ kind: 'subquery', type: 'long' })
    expect(problem('SELECT (SELECT visit, band FROM survey.visit) FROM obscore')).toMatch(/gives one column, got 2/)
  })

  it('are tables in FROM and in WITH, by the position of their columns', () => {
    const query = bind(
      'WITH a AS (SELECT visit AS v, s_ra FROM obscore), b AS (SELECT * FROM a) SELECT x.v, b.s_ra FROM b JOIN (SELECT v FROM a) AS x USING (v)',
    )
    expect(query.with.map(({ name }) => name)).toEqual(['a', 'b'])
    expect(query.fields.map(({ name, unit }) => [name, unit])).toEqual([
      ['v', undefined],
      ['s_ra', 'deg'],
    ])
    expect(problem('WITH b AS (SELECT * FROM a), a AS (SELECT visit FROM obscore) SELECT * FROM b')).toMatch(
      /there is no table "a"/,
    )
  })
})

describe('types', () => {
  it('promote numbers', () => {
    expect(
      types(
        'SELECT detectors + 1, detectors + detectors, visit + 1, seeing * 2, seeing * detectors, size / 2., -visit, 1e0, 3000000000 FROM survey.visit'.replace(
          'size',
          '"size"',
        ),
      ),
    ).toEqual(['int', 'short', 'long', 'double', 'float', 'double', 'long', 'double', 'long'])
  })

  it('are those of the functions and aggregates', () => {
    expect(
      types(
        `SELECT COUNT(*), SUM(detectors), SUM(seeing), AVG(detectors), MAX(band), MIN(obs_start), ivo_string_agg(band, ','), ivo_histogram(seeing, 0, 3, 5) FROM survey.visit`,
      ),
    ).toEqual(['long', 'long', 'double', 'double', 'string', 'timestamp', 'string', 'array'])
    expect(
      types(
        `SELECT ABS(1), PI(), LOWER('A'), 'a' || 'b', CAST(1 AS SMALLINT), CAST('2024-01-01' AS TIMESTAMP), ivo_to_mjd('2024-01-01'), COALESCE(NULL, 1, 2.5), NULL, TRUE FROM obscore`,
      ),
    ).toEqual(['double', 'double', 'string', 'string', 'short', 'timestamp', 'double', 'double', 'null', 'boolean'])
  })

  it('keep whole numbers exact to 63 bits', () => {
    expect(value('9223372036854775807')).toMatchObject({ type: 'long', value: 9223372036854775807n })
    expect(value('-9007199254740993')).toMatchObject({ type: 'long', value: -9007199254740993n })
    expect(value('0xFF')).toMatchObject({ type: 'int', value: 255 })
    expect(value('99999999999999999999')).toMatchObject({ type: 'double', value: 1e20 })
  })

  it('read text as a time, and 0, 1 and true as booleans, beside such columns', () => {
    const on = (condition: string) => select(`SELECT 1 FROM survey.visit WHERE ${condition}`).where
    expect(on(`obs_start > '2024-02-29'`)).toMatchObject({ right: { type: 'timestamp', value: '2024-02-29T00:00:00' } })
    expect(on(`obs_start BETWEEN '2024-01-01' AND TIMESTAMP('2024-01-02T03:04:05.250Z')`)).toMatchObject({
      low: { value: '2024-01-01T00:00:00' },
      high: { value: '2024-01-02T03:04:05.25' },
    })
    expect(on('good = 1')).toMatchObject({ right: { type: 'boolean', value: true } })
    expect(on(`'false' = good`)).toMatchObject({ left: { type: 'boolean', value: false } })
  })

  it('convert units exactly where the factor is whole', () => {
    expect(value(`IN_UNIT(s_ra, 'arcsec')`)).toMatchObject({ operator: '*', right: { value: 3600 } })
    expect(value(`IN_UNIT(seeing, 'deg')`, 'survey.visit')).toMatchObject({
      operator: '/',
      left: { kind: 'cast' },
      right: { value: 3600 },
    })
    expect(value(`IN_UNIT(s_ra, 'mas')`)).toMatchObject({ operator: '*', right: { value: 3_600_000 } })
    expect(value(`IN_UNIT(em_min, 'nm')`)).toMatchObject({ operator: '*', right: { value: 1e9 } })
    expect(value(`IN_UNIT(t_min, 's')`)).toMatchObject({ operator: '*', right: { value: 86_400 } })
    expect(bind(`SELECT IN_UNIT(s_ra, 'rad') FROM obscore`).fields[0]).toMatchObject({
      datatype: 'double',
      unit: 'rad',
    })
  })
})

describe('rows', () => {
  it('apply OFFSET before TOP, and sort by alias, position and expression', () => {
    const { rows } = bind(
      'SELECT TOP 5 s_ra AS x, t_min FROM obscore ORDER BY x DESC, 2, t_max - t_min, t_min OFFSET 10',
    )
    expect(rows).toMatchObject({ limit: 5, offset: 10 })
    expect(rows.orderBy.map(({ item, descending }) => [item, descending])).toEqual([
      [0, true],
      [1, false],
      [undefined, false],
      [1, false],
    ])
  })

  it('group by column, expression, alias and position, and know the output column', () => {
    const { groupBy, grouped } = select(
      'SELECT band, visit / 100 AS night, COUNT(*) FROM survey.detector GROUP BY 1, night',
    )
    expect(groupBy.map(({ item }) => item)).toEqual([0, 1])
    expect(grouped).toBe(true)
    expect(select('SELECT visit / 100, COUNT(*) FROM obscore GROUP BY visit / 100').groupBy).toMatchObject([
      { item: 0 },
    ])
  })

  it('take the types of set operations from both sides and the descriptions from the left', () => {
    const query = bind(
      'SELECT calib_level AS n, s_ra FROM obscore UNION SELECT visit, NULL FROM survey.visit ORDER BY n',
    )
    expect(query.rows.columns.map(({ type }) => type)).toEqual(['long', 'double'])
    expect(query.fields[0]).toMatchObject({ name: 'n', datatype: 'long', description: 'what calib_level is' })
    expect(query.fields[1]).toMatchObject({ name: 's_ra', unit: 'deg' })
  })
})

const MISTAKES: readonly (readonly [text: string, error: string])[] = [
  ['SELECT ra FROM obscore', 'unknown-column: no column "ra" in ObsCore; did you mean s_ra? (line 1, column 8)'],
  [
    'SELECT obspublisherdid FROM obscore',
    'unknown-column: no column "obspublisherdid" in ObsCore; did you mean obs_publisher_did? (line 1, column 8)',
  ],
  [
    'SELECT s_ra\nFROM ivoa.obscor',
    'unknown-table: there is no table "ivoa.obscor"; did you mean ivoa.ObsCore? (line 2, column 6)',
  ],
  ['SELECT x.s_ra FROM obscore AS o', 'unknown-table: no table "x" stands in FROM (line 1, column 8)'],
  ['SELECT obscore.s_ra FROM obscore AS o', 'unknown-table: no table "obscore" stands in FROM (line 1, column 8)'],
  [
    'SELECT "science" FROM obscore',
    'unknown-column: no column "science" in ObsCore; strings stand between single quotes (line 1, column 8)',
  ],
  [
    'SELECT visit FROM obscore, survey.visit',
    'ambiguous: the column "visit" is in 2 places of FROM: ObsCore, visit; write its table before it (line 1, column 8)',
  ],
  [
    'SELECT 1 FROM obscore, obscore',
    'ambiguous: "ObsCore" stands twice in FROM; give one an alias (line 1, column 15)',
  ],
  [
    'SELECT CONTAIN(1) FROM obscore',
    'unknown-function: there is no function "CONTAIN"; did you mean CONTAINS? (line 1, column 8)',
  ],
  ['SELECT POWER(2) FROM obscore', 'wrong-arguments: POWER has 1 arguments, expected POWER(x, y) (line 1, column 8)'],
  [
    'SELECT POWER(2, obs_collection) FROM obscore',
    'wrong-type: argument 2 of POWER is a number, got VARCHAR (line 1, column 17)',
  ],
  [
    'SELECT ROUND(s_ra, 1.5) FROM obscore',
    'wrong-type: argument 2 of ROUND is a whole number, got DOUBLE PRECISION (line 1, column 20)',
  ],
  [
    'SELECT ABS(DISTINCT s_ra) FROM obscore',
    'wrong-arguments: ABS is no aggregate and takes no DISTINCT (line 1, column 8)',
  ],
  [
    "SELECT 1 FROM obscore WHERE s_ra = 'a'",
    'wrong-type: DOUBLE PRECISION and VARCHAR cannot be compared; strings stand between single quotes, numbers without (line 1, column 34)',
  ],
  [
    'SELECT 1 FROM obscore WHERE CONTAINS(POINT(1, 2), s_region) = TRUE',
    'wrong-type: INTEGER and BOOLEAN cannot be compared; write 1 for true and 0 for false (line 1, column 61)',
  ],
  [
    'SELECT s_ra + obs_collection FROM obscore',
    'wrong-type: the operator + takes numbers, got VARCHAR (line 1, column 13)',
  ],
  [
    "SELECT 'a' || 1 FROM obscore",
    'wrong-type: || joins strings, got INTEGER; use CAST(... AS VARCHAR) (line 1, column 15)',
  ],
  [
    'SELECT 1 FROM obscore WHERE s_ra LIKE 3',
    'wrong-type: LIKE compares strings, got DOUBLE PRECISION (line 1, column 29)',
  ],
  [
    "SELECT 1 FROM survey.visit WHERE obs_start > 'yesterday'",
    "bad-value: 'yesterday' is no time; write YYYY-MM-DD or YYYY-MM-DDThh:mm:ss (line 1, column 44)",
  ],
  [
    "SELECT TIMESTAMP('2023-02-29') FROM obscore",
    "bad-value: '2023-02-29' is no time; write YYYY-MM-DD or YYYY-MM-DDThh:mm:ss (line 1, column 8)",
  ],
  [
    'SELECT 1 FROM obscore WHERE COUNT(*) > 1',
    'misplaced-aggregate: COUNT is an aggregate and cannot stand in WHERE; use HAVING (line 1, column 29)',
  ],
  [
    'SELECT MAX(MIN(s_ra)) FROM obscore',
    'misplaced-aggregate: MIN is an aggregate and cannot stand in an aggregate (line 1, column 12)',
  ],
  [
    'SELECT 1 FROM obscore GROUP BY COUNT(*)',
    'misplaced-aggregate: COUNT is an aggregate and cannot stand in GROUP BY (line 1, column 32)',
  ],
  [
    'SELECT COUNT(*) AS n FROM obscore GROUP BY n',
    'misplaced-aggregate: GROUP BY takes no aggregate (line 1, column 44)',
  ],
  [
    'SELECT s_ra, COUNT(*) FROM obscore',
    'not-grouped: the column "s_ra" is neither in GROUP BY nor inside an aggregate (line 1, column 8)',
  ],
  [
    'SELECT calib_level FROM obscore GROUP BY calib_level HAVING s_ra > 1',
    'not-grouped: the column "s_ra" is neither in GROUP BY nor inside an aggregate (line 1, column 66)',
  ],
  [
    'SELECT calib_level FROM obscore GROUP BY calib_level ORDER BY s_ra',
    'not-grouped: the column "s_ra" is neither in GROUP BY nor inside an aggregate (line 1, column 63)',
  ],
  ['SELECT s_ra FROM obscore ORDER BY 2', 'bad-value: ORDER BY 2 is no column; there are 1 to 1 (line 1, column 35)'],
  [
    'SELECT DISTINCT visit FROM obscore ORDER BY s_ra',
    'unsupported: with DISTINCT, ORDER BY takes only columns of the SELECT (line 1, column 45)',
  ],
  ['SELECT pointing FROM survey.visit ORDER BY 1', 'wrong-type: ORDER BY cannot sort POINT (line 1, column 44)'],
  [
    'SELECT visit FROM obscore UNION SELECT visit, band FROM survey.visit',
    'wrong-arguments: both sides of UNION have as many columns, got 1 and 2 (line 1, column 27)',
  ],
  [
    'SELECT visit FROM obscore UNION SELECT band FROM survey.visit',
    'wrong-type: column 1 of UNION is BIGINT on the left and VARCHAR on the right (line 1, column 27)',
  ],
  [
    'SELECT visit FROM obscore UNION SELECT visit FROM survey.visit ORDER BY s_ra',
    'unknown-column: after a set operation ORDER BY takes the name or the position of an output column (line 1, column 73)',
  ],
  [
    "SELECT COALESCE(1, 'a') FROM obscore",
    'wrong-type: the arguments of COALESCE have one type: INTEGER is followed by VARCHAR (line 1, column 20)',
  ],
  [
    'SELECT CAST(s_ra AS TIMESTAMP) FROM obscore',
    'wrong-type: CAST to TIMESTAMP takes a string, got DOUBLE PRECISION (line 1, column 8)',
  ],
  [
    "SELECT IN_UNIT(s_ra, 'foo') FROM obscore",
    'bad-value: IN_UNIT cannot convert to "foo", which is no unit that is known (line 1, column 8)',
  ],
  ["SELECT IN_UNIT(s_ra, '') FROM obscore", 'bad-value: IN_UNIT cannot convert "deg" to no unit (line 1, column 8)'],
  [
    "SELECT IN_UNIT(calib_level, 'deg') FROM obscore",
    'bad-value: IN_UNIT cannot convert a value that has no unit (line 1, column 8)',
  ],
  [
    "SELECT IN_UNIT(s_ra, 'm') FROM obscore",
    'bad-value: IN_UNIT cannot convert "deg" to "m": they measure different things (line 1, column 8)',
  ],
  ['SELECT 1e999 FROM obscore', 'bad-value: 1e999 is too large for a number (line 1, column 8)'],
  [
    'WITH a AS (SELECT 1 FROM obscore), A AS (SELECT 2 FROM obscore) SELECT * FROM a',
    'ambiguous: WITH has two tables "A" (line 1, column 36)',
  ],
  [
    'SELECT 1 FROM db.ivoa.obscore',
    'unknown-table: there is no table "db.ivoa.obscore"; did you mean ivoa.ObsCore? (line 1, column 15)',
  ],
  ['SELECT x.* FROM obscore', 'unknown-table: no table "x" stands in FROM (line 1, column 8)'],
  [
    'SELECT 1 FROM survey.visit JOIN obscore USING (band)',
    'unknown-column: the column "band" is not in the right side of the join (line 1, column 48)',
  ],
]

describe('a mistake in the meaning', () => {
  it.each(MISTAKES)('is told for %s', (text, error) => {
    expect(problem(text)).toBe(error)
  })

  it('lets the nearest table of a name answer, without its neighbours further out', () => {
    expect(problem('SELECT 1 FROM obscore t WHERE EXISTS (SELECT t.s_ra FROM mine t)')).toBe(
      'unknown-column: no column "s_ra" in t (line 1, column 46)',
    )
  })

  it('resolves names in the tables that are given', () => {
    expect(() => resolveAdql(parseAdql('SELECT 1 FROM mine'), { tables: TABLES })).toThrow(/there is no table "mine"/)
  })
})
