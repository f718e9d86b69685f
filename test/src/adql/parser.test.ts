import { describe, expect, it } from 'vitest'
import { parseAdql, printAdql } from '#src/adql'
import { problem } from './ask.ts'

// Every production of ADQL 2.1 in the spelling of the printer: what is written left is read and printed as right.
const PRODUCTIONS: readonly (readonly [text: string, printed?: string | undefined])[] = [
  ['SELECT * FROM t'],
  ['select a from t', 'SELECT a FROM t'],
  ['SELECT ALL a FROM t', 'SELECT a FROM t'],
  ['SELECT DISTINCT TOP 5 a, b FROM t'],
  ['SELECT TOP 5 DISTINCT a FROM t', 'SELECT DISTINCT TOP 5 a FROM t'],
  ['SELECT a AS x, b y, c "z z" FROM t', 'SELECT a AS x, b AS y, c AS "z z" FROM t'],
  ['SELECT t.*, s.t.*, "T".*, c.s.t.* FROM t'],
  ['SELECT t.a, s.t.a, c.s.t.a FROM c.s.t'],
  ['SELECT a FROM s.t AS x, u y', 'SELECT a FROM s.t AS x, u AS y'],
  ['SELECT a FROM t;', 'SELECT a FROM t'],
  ['SELECT "say ""a""" FROM "t"'],
  [`SELECT 'Earth''s', '' FROM t`],
  ['SELECT 12, 12.3, 12., .5, 12.3E4, 1e-5, 1E+5, 0xFF FROM t'],
  ['SELECT -a, +b, - -c, -(-d), -(a + b) FROM t', 'SELECT -a, +b, - -c, - -d, -(a + b) FROM t'],
  ['SELECT a + b - c, a - (b - c), a * b / c, a / (b * c), (a + b) * c FROM t'],
  ['SELECT id % 10 FROM t'],
  [`SELECT a || 'x' || b FROM t`],
  ['SELECT NULL, TRUE, FALSE FROM t'],
  ['SELECT ((a)) FROM t', 'SELECT a FROM t'],
  ['SELECT PI(), RAND(), RAND(3), ROUND(a, -1), ATAN2(a, b) FROM t'],
  ['SELECT COUNT(*), COUNT(DISTINCT a), SUM(ALL a), AVG(a), MIN(a), MAX(a + 1) FROM t'],
  [`SELECT POINT('ICRS', a, b), CIRCLE(POINT(a, b), 1), BOX(a, b, 1, 2), POLYGON(1, 2, 3, 4, 5, 6) FROM t`],
  [`SELECT REGION('Circle ICRS 1 2 3'), CENTROID(x), AREA(x), COORD1(p), COORD2(p), COORDSYS(p) FROM t`],
  [`SELECT CONTAINS(a, b), INTERSECTS(a, b), DISTANCE(a, b), DISTANCE(1, 2, 3, 4) FROM t`],
  [`SELECT IN_UNIT(a, 'deg'), LOWER(a), UPPER(a), COALESCE(a, b, 1), ivo_hasword(a, 'x'), any_udf() FROM t`],
  ['SELECT CAST(a AS INTEGER), CAST(a AS DOUBLE PRECISION), CAST(a AS CHAR(5)), CAST(a AS VARCHAR) FROM t'],
  ['SELECT CAST(a AS SMALLINT), CAST(a AS BIGINT), CAST(a AS REAL), CAST(a AS TIMESTAMP) FROM t'],
  ['SELECT CAST(a AS POINT), CAST(a AS CIRCLE), CAST(a AS POLYGON) FROM t'],
  [`SELECT TIMESTAMP('2024-01-01') FROM t`],
  ['SELECT a FROM t WHERE a = 1 AND b <> 2 AND c != 3', 'SELECT a FROM t WHERE a = 1 AND b <> 2 AND c <> 3'],
  ['SELECT a FROM t WHERE a < 1 OR b > 2 OR c <= 3 OR d >= 4'],
  ['SELECT a FROM t WHERE (a = 1 OR b = 2) AND NOT c = 3'],
  ['SELECT a FROM t WHERE NOT (a = 1 AND b = 2)'],
  ['SELECT a FROM t WHERE NOT NOT a = 1'],
  ['SELECT a FROM t WHERE ((a + 1) * 2 > 3)', 'SELECT a FROM t WHERE (a + 1) * 2 > 3'],
  ['SELECT a FROM t WHERE a BETWEEN 1 AND 2 AND b NOT BETWEEN 3 AND 4 + 5'],
  [`SELECT a FROM t WHERE a IN (1, 2) AND b NOT IN ('x')`],
  ['SELECT a FROM t WHERE a IN (SELECT b FROM u)'],
  ['SELECT a FROM t WHERE a IN ((SELECT b FROM u))', 'SELECT a FROM t WHERE a IN (SELECT b FROM u)'],
  ['SELECT a FROM t WHERE a IN ((SELECT MAX(b) FROM u), 3)'],
  [
    'SELECT a FROM t WHERE a IN ((SELECT b FROM u) UNION (SELECT c FROM v))',
    'SELECT a FROM t WHERE a IN (SELECT b FROM u UNION SELECT c FROM v)',
  ],
  [`SELECT a FROM t WHERE a LIKE '%x_' AND b NOT LIKE c AND d ILIKE 'Y' AND e NOT ILIKE 'z' || f`],
  ['SELECT a FROM t WHERE a IS NULL AND t.b IS NOT NULL'],
  ['SELECT a FROM t WHERE EXISTS (SELECT * FROM u) AND NOT EXISTS (SELECT 1 FROM v)'],
  ['SELECT a FROM t WHERE a > (SELECT AVG(b) FROM u)'],
  ['SELECT a FROM t GROUP BY a, b + 1 HAVING COUNT(*) > 1 ORDER BY a DESC, 2, b + 1 OFFSET 7'],
  ['SELECT a FROM t ORDER BY a ASC', 'SELECT a FROM t ORDER BY a'],
  ['SELECT a FROM t JOIN u ON t.x = u.x'],
  ['SELECT a FROM t INNER JOIN u USING (x, y)', 'SELECT a FROM t JOIN u USING (x, y)'],
  ['SELECT a FROM t NATURAL JOIN u'],
  ['SELECT a FROM t NATURAL LEFT OUTER JOIN u', 'SELECT a FROM t NATURAL LEFT JOIN u'],
  ['SELECT a FROM t LEFT JOIN u ON a = b RIGHT JOIN v ON b = c FULL JOIN w USING (d) CROSS JOIN x'],
  ['SELECT a FROM t JOIN (u JOIN v ON b = c) ON a = b'],
  ['SELECT a FROM (t JOIN u ON a = b) JOIN v ON b = c', 'SELECT a FROM t JOIN u ON a = b JOIN v ON b = c'],
  ['SELECT a FROM (SELECT b FROM u) x', 'SELECT a FROM (SELECT b FROM u) AS x'],
  [
    'SELECT a FROM ((SELECT b FROM u) UNION (SELECT c FROM v)) AS x',
    'SELECT a FROM (SELECT b FROM u UNION SELECT c FROM v) AS x',
  ],
  [
    'SELECT a FROM ((SELECT b FROM u) AS x JOIN v ON x.b = v.b)',
    'SELECT a FROM (SELECT b FROM u) AS x JOIN v ON x.b = v.b',
  ],
  ['WITH x AS (SELECT a FROM t), y AS (SELECT * FROM x) SELECT * FROM y'],
  ['SELECT a FROM t UNION SELECT a FROM u EXCEPT ALL SELECT a FROM v INTERSECT SELECT a FROM w ORDER BY a OFFSET 2'],
  ['SELECT a FROM t UNION (SELECT a FROM u EXCEPT SELECT a FROM v)'],
  ['(SELECT a FROM t UNION SELECT a FROM u) INTERSECT SELECT a FROM v'],
  ['(SELECT TOP 1 a FROM t ORDER BY a) UNION ALL (SELECT TOP 1 a FROM t ORDER BY a DESC)'],
  ['((SELECT a FROM t))', 'SELECT a FROM t'],
  ["SELECT a -- a comment, with a quote's mark\nFROM t --- another", 'SELECT a FROM t'],
  ['SELECT\ta\r\nFROM\u00a0t', 'SELECT a FROM t'],
]

describe('the parser', () => {
  it.each(PRODUCTIONS)('reads %s', (text, printed) => {
    expect(printAdql(parseAdql(text!))).toBe(printed ?? text)
  })

  it('lets INTERSECT bind tighter than UNION and EXCEPT', () => {
    const { body } = parseAdql('SELECT a FROM t UNION SELECT a FROM u INTERSECT SELECT a FROM v').rows
    expect(body).toMatchObject({ operator: 'UNION', right: { body: { operator: 'INTERSECT' } } })
    const left = parseAdql('SELECT a FROM t UNION SELECT a FROM u EXCEPT SELECT a FROM v').rows.body
    expect(left).toMatchObject({ operator: 'EXCEPT', left: { body: { operator: 'UNION' } } })
  })

  it('keeps the offsets of what it read', () => {
    const text = 'SELECT  abc\nFROM t WHERE  x > 1'
    const { body } = parseAdql(text).rows
    if (body.kind !== 'select') throw new Error('no SELECT')
    expect(text.slice(body.items[0].at)).toMatch(/^abc/)
    expect(text.slice(body.where!.at)).toMatch(/^>/)
  })
})

// What is wrong, where, and what was expected, in one sentence.
const MISTAKES: readonly (readonly [text: string, error: string])[] = [
  ['', 'syntax: expected "SELECT", found the end of the query (line 1, column 1)'],
  ['UPDATE t SET a = 1', 'syntax: expected "SELECT", found "UPDATE" (line 1, column 1)'],
  ['SELECT a', 'syntax: expected "FROM" or "," after the columns, found the end of the query (line 1, column 9)'],
  ['SELECT FROM t', 'syntax: expected a value in the columns of SELECT, found "FROM" (line 1, column 8)'],
  ['SELECT a, FROM t', 'syntax: expected a value in the columns of SELECT, found "FROM" (line 1, column 11)'],
  ['SELECT a b c FROM t', 'syntax: expected "FROM" or "," after the columns, found "c" (line 1, column 12)'],
  ['SELECT a FROM', 'syntax: expected a table name, found the end of the query (line 1, column 14)'],
  [
    'SELECT POINT(150.1 2.18) FROM t',
    'syntax: expected ")" or "," in the arguments of POINT, found "2.18" (line 1, column 20)',
  ],
  [
    'SELECT (a + 1 FROM t',
    'syntax: expected ")" to close the parenthesis, or an operator, found "FROM" (line 1, column 15)',
  ],
  ['SELECT a FROM t WHERE', 'syntax: expected a value after WHERE, found the end of the query (line 1, column 22)'],
  ['SELECT a FROM t WHERE a', 'syntax: expected a condition after WHERE, found a value (line 1, column 23)'],
  ['SELECT a FROM t WHERE a == 1', 'syntax: expected a value after "=", found "=" (line 1, column 26)'],
  [
    "SELECT a FROM t WHERE a 'x'",
    `syntax: expected a comparison after WHERE, found the string 'x' (line 1, column 25)`,
  ],
  ['SELECT a FROM t WHERE a = 1 AND b', 'syntax: expected a condition after AND, found a value (line 1, column 33)'],
  [
    'SELECT a FROM t WHERE a NOT 3',
    'syntax: expected BETWEEN, IN, LIKE or ILIKE after NOT, found "3" (line 1, column 29)',
  ],
  ['SELECT a FROM t WHERE a IS 3', 'syntax: expected "NULL" after IS, found "3" (line 1, column 28)'],
  ['SELECT a = 1 FROM t', 'syntax: expected a value in the columns of SELECT, found a condition (line 1, column 8)'],
  [
    'SELECT a FROM t WHERE CONTAINS(p, r)',
    'syntax: expected a condition after WHERE, found a value; CONTAINS gives a number: compare it, as in 1 = CONTAINS(...) (line 1, column 23)',
  ],
  ['SELECT a FROM t\nGROUP a', 'syntax: expected "BY" after GROUP, found "a" (line 2, column 7)'],
  [
    'SELECT a FROM t JOIN u',
    'syntax: expected ON or USING after the joined table, found the end of the query (line 1, column 23)',
  ],
  [
    'SELECT a FROM (SELECT b FROM u)',
    'syntax: expected a name for the subquery (AS name) in FROM, found the end of the query (line 1, column 32)',
  ],
  ['SELECT a FROM t)', 'syntax: found ")" without its "(" (line 1, column 16)'],
  ['SELECT TOP x a FROM t', 'syntax: expected a whole number after TOP, found "x" (line 1, column 12)'],
  ['SELECT TOP 1.5 a FROM t', 'syntax: expected a whole number after TOP, found "1.5" (line 1, column 12)'],
  ['SELECT a FROM t WHERE b LIKE g%', 'syntax: the pattern of LIKE stands between single quotes (line 1, column 30)'],
  ['SELECT a FROM t WHERE b LIKE %g%', 'syntax: the pattern of LIKE stands between single quotes (line 1, column 30)'],
  ['SELECT a FROM t LIMIT 5', 'syntax: ADQL has no LIMIT; write SELECT TOP 5 for the first 5 rows (line 1, column 17)'],
  [
    'SELECT size FROM t',
    'reserved-word: expected a value, found the reserved word SIZE; if it is a name, write "size" between double quotes (line 1, column 8)',
  ],
  [
    'SELECT a FROM table',
    'reserved-word: expected a table name, found the reserved word TABLE; if it is a name, write "table" between double quotes (line 1, column 15)',
  ],
  [
    'SELECT distance FROM t',
    'reserved-word: expected "(" after DISTANCE; if it is a column, write "distance" between double quotes (line 1, column 8)',
  ],
  [
    "SELECT a\nFROM t\n  WHERE a = 'x",
    "bad-token: the string that begins with 'x has no closing ' (line 3, column 13)",
  ],
  ['SELECT "a FROM t', 'bad-token: the name that begins with "a FROM t has no closing " (line 1, column 8)'],
  [
    'SELECT "" FROM t',
    'bad-token: a name between double quotes needs at least one character, got "" (line 1, column 8)',
  ],
  [
    'SELECT 12abc FROM t',
    'bad-token: "12abc" is neither a number nor a name: a name begins with a letter (line 1, column 8)',
  ],
  [
    'SELECT _RAJ2000 FROM t',
    'bad-token: a name that begins with "_" must be written between double quotes, as in "_RAJ2000" (line 1, column 8)',
  ],
  ['SELECT größe FROM t', 'bad-token: a name with "ö" must be written between double quotes (line 1, column 10)'],
  [
    'SELECT ‘x’ FROM t',
    `bad-token: found the typographic quote ‘: strings stand between ' and names between " (line 1, column 8)`,
  ],
  ['SELECT a # b FROM t', 'bad-token: ADQL does not know the character "#" (line 1, column 10)'],
  ['SELECT CASE WHEN a = 1 THEN 2 END FROM t', 'unsupported: CASE is not part of ADQL (line 1, column 8)'],
  [
    'SELECT CAST(a AS BLOB) FROM t',
    'syntax: CAST cannot make "BLOB"; it makes SMALLINT, INTEGER, BIGINT, REAL, DOUBLE PRECISION, CHAR, VARCHAR, TIMESTAMP, POINT, CIRCLE, POLYGON (line 1, column 18)',
  ],
  [
    'SELECT a FROM (WITH x AS (SELECT 1 FROM t) SELECT * FROM x) AS y',
    'syntax: WITH stands only at the beginning of the whole query (line 1, column 16)',
  ],
  [
    'SELECT a FROM (t)',
    'syntax: parentheses in FROM hold a join or a subquery, not a single table (line 1, column 15)',
  ],
]

describe('a mistake in the text', () => {
  it.each(MISTAKES)('is told for %s', (text, error) => {
    expect(problem(text)).toBe(error)
  })
})
