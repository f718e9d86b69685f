// Values and conditions, by precedence climbing: OR, AND, NOT, predicates, `||`, `+ -`, `* / %`, signs, primaries.
// The grammar of ADQL 2.1 keeps values and conditions apart but lets `(` open either, so both are read by one function and
// each place says afterwards which it can take. Beyond the grammar: `%` as MOD (ADQL 2.1 §4.5 uses it), hexadecimal numbers,
// scalar subqueries, TRUE and FALSE.

import { type CastTarget, type CastTypeName, type ComparisonOperator, type Expression, isCondition } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { continueRows, parseRows } from './parser.ts'
import { describe, isReserved, isReservedFunction } from './token.ts'

const OR = 1
const AND = 2
const NOT = 3
const PREDICATE = 4
const SIGN = 8

const ARITHMETIC: Readonly<Record<string, number>> = { '||': 5, '+': 6, '-': 6, '*': 7, '/': 7, '%': 7 }
/** Reserved words that more likely end a value that is missing than name a column. */
const CLAUSES: ReadonlySet<string> = new Set(
  'ALL AND AS ASC BETWEEN BY CROSS DESC DISTINCT EXCEPT FROM FULL GROUP HAVING ILIKE IN INNER INTERSECT IS JOIN LEFT LIKE NATURAL NOT OFFSET ON OR ORDER OUTER RIGHT SELECT TOP UNION USING WHERE WITH'.split(
    ' ',
  ),
)
const COMPARISONS: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>='])
const PREDICATES: ReadonlySet<string> = new Set(['NOT', 'BETWEEN', 'IN', 'LIKE', 'ILIKE', 'IS'])

/** A value; `where` says what for: `after "="`. */
export const parseValue = (cursor: Cursor, where = ''): Expression => value(cursor, OR, where)

export function parseCondition(cursor: Cursor, where: string): Expression {
  const { token } = cursor
  return asCondition(cursor, climb(cursor, OR, where), token.at, where)
}

function value(cursor: Cursor, level: number, where = ''): Expression {
  const { token } = cursor
  const found = climb(cursor, level, where)
  if (isCondition(found))
    throw cursor.error('syntax', `expected a value${where && ` ${where}`}, found a condition`, token, 'a value')
  return found
}

function asCondition(cursor: Cursor, found: Expression, at: number, where: string): Expression {
  if (isCondition(found)) return found
  const name = found.kind === 'call' ? found.name.name.toUpperCase() : ''
  const hint =
    name === 'CONTAINS' || name === 'INTERSECTS' ? `; ${name} gives a number: compare it, as in 1 = ${name}(...)` : ''
  const text = cursor.text.slice(at, at + 40).split(/\s/)[0]
  const rest = cursor.token
  // What stands after the value is usually what is wrong: `WHERE a == 1`, `WHERE name 'x'`.
  if (!hint && rest.kind !== 'end' && rest.key !== ')' && !isReserved(rest.key))
    throw cursor.unexpected('a comparison', where)
  throw cursor.error('syntax', `expected a condition ${where}, found a value${hint}`, { at, text }, 'a condition')
}

function climb(cursor: Cursor, level: number, where = ''): Expression {
  cursor.enter()
  const start = cursor.token.at
  let left = prefix(cursor, where)
  for (;;) {
    const { token } = cursor
    const { key } = token
    const arithmetic = ARITHMETIC[key]
    if (arithmetic !== undefined) {
      if (arithmetic < level || isCondition(left)) break
      cursor.take()
      const right = value(cursor, arithmetic + 1, `after "${key}"`)
      left = { kind: 'binary', operator: key as '+', left, right, at: token.at }
    } else if (COMPARISONS.has(key)) {
      if (PREDICATE < level || isCondition(left)) break
      cursor.take()
      const right = value(cursor, PREDICATE + 1, `after "${token.text}"`)
      left = { kind: 'comparison', operator: key as ComparisonOperator, left, right, at: token.at }
    } else if (PREDICATES.has(key)) {
      if (PREDICATE < level || isCondition(left)) break
      left = predicate(cursor, left)
    } else if (key === 'AND' || key === 'OR') {
      const own = key === 'AND' ? AND : OR
      if (own < level) break
      left = chain(cursor, asCondition(cursor, left, start, `before ${key}`), key, own)
    } else break
  }
  cursor.leave()
  return left
}

function chain(cursor: Cursor, first: Expression, key: 'AND' | 'OR', level: number): Expression {
  const { at } = cursor.token
  const terms = [first]
  while (cursor.accept(key)) {
    if (terms.length >= cursor.limits.items)
      throw cursor.error('too-many', `there are more than ${cursor.limits.items} terms joined by ${key}`, cursor.token)
    const { token } = cursor
    terms.push(asCondition(cursor, climb(cursor, level + 1, `after ${key}`), token.at, `after ${key}`))
  }
  return { kind: key === 'AND' ? 'and' : 'or', terms, at }
}

function predicate(cursor: Cursor, operand: Expression): Expression {
  const { at } = operand
  const after = (key: string) => value(cursor, PREDICATE + 1, `after ${key}`)
  if (cursor.accept('IS')) {
    const negated = cursor.accept('NOT')
    cursor.expect('NULL', negated ? 'after IS NOT' : 'after IS')
    return { kind: 'isNull', operand, negated, at }
  }
  const negated = cursor.accept('NOT')
  const { key } = cursor.token
  switch (key) {
    case 'BETWEEN': {
      cursor.take()
      const low = after('BETWEEN')
      cursor.expect('AND', 'after the lower bound of BETWEEN')
      return { kind: 'between', operand, low, high: after('AND'), negated, at }
    }
    case 'LIKE':
    case 'ILIKE':
      cursor.take()
      if (cursor.is('%') || isBarePattern(cursor))
        throw cursor.error('syntax', `the pattern of ${key} stands between single quotes`, cursor.token, 'a string')
      return { kind: 'like', operand, pattern: after(key), ignoreCase: key === 'ILIKE', negated, at }
    case 'IN':
      cursor.take()
      return { kind: 'in', operand, items: inItems(cursor), negated, at }
    default:
      throw cursor.unexpected('BETWEEN, IN, LIKE or ILIKE', 'after NOT')
  }
}

function inItems(cursor: Cursor): Extract<Expression, { kind: 'in' }>['items'] {
  cursor.expect('(', 'after IN')
  if (cursor.is('SELECT')) {
    const rows = parseRows(cursor)
    cursor.expect(')', 'after the subquery of IN')
    return rows
  }
  let rows: ReturnType<typeof parseRows> | undefined
  const items = cursor.list(() => {
    const item = value(cursor, OR, 'in the list of IN')
    // `IN ((SELECT …) UNION (SELECT …))` and `IN ((SELECT …))` are subqueries.
    if (item.kind === 'subquery' && !rows) rows = continueRows(cursor, item.rows)
    return item
  }, 'values in the list of IN')
  cursor.expect(')', 'or "," in the list of IN')
  return items.length === 1 && rows ? rows : items
}

function prefix(cursor: Cursor, where: string): Expression {
  const { token } = cursor
  if (token.key === '-' || token.key === '+') {
    cursor.take()
    const operand = value(cursor, SIGN, `after "${token.key}"`)
    return { kind: 'sign', operator: token.key as '-', operand, at: token.at }
  }
  if (token.key === 'NOT') {
    cursor.take()
    const { at } = cursor.token
    const operand = asCondition(cursor, climb(cursor, NOT, 'after NOT'), at, 'after NOT')
    return { kind: 'not', operand, at: token.at }
  }
  return primary(cursor, where)
}

function primary(cursor: Cursor, where: string): Expression {
  const { token } = cursor
  const { at, key } = token
  switch (token.kind) {
    case 'number':
      cursor.take()
      return { kind: 'number', text: token.text, at }
    case 'string':
      cursor.take()
      return { kind: 'string', value: token.text, at }
    case 'symbol':
      if (key === '(') return parenthesised(cursor)
      break
    case 'delimited':
      return column(cursor)
    case 'word':
      if (key === 'NULL' || key === 'TRUE' || key === 'FALSE') {
        cursor.take()
        return key === 'NULL' ? { kind: 'null', at } : { kind: 'boolean', value: key === 'TRUE', at }
      }
      if (key === 'CAST') return cast(cursor)
      if (key === 'EXISTS') return exists(cursor)
      if (key === 'CASE') throw cursor.error('unsupported', 'CASE is not part of ADQL', token)
      if (cursor.following === '(' && (!isReserved(key) || isReservedFunction(key))) return call(cursor)
      if (key === 'SELECT') throw cursor.error('syntax', 'a subquery must stand between parentheses', token, '(')
      if (isReservedFunction(key)) {
        throw cursor.error(
          'reserved-word',
          `expected "(" after ${key}; if it is a column, write "${token.text}" between double quotes`,
          token,
          '(',
        )
      }
      if (isReserved(key) && !CLAUSES.has(key)) cursor.identifier('a value')
      if (!isReserved(key)) return column(cursor)
  }
  throw cursor.unexpected('a value', where)
}

function column(cursor: Cursor): Expression {
  const { at } = cursor.token
  const name = [cursor.identifier('a column name')]
  while (cursor.is('.') && name.length < 4) {
    cursor.take()
    name.push(cursor.identifier('a column name'))
  }
  return { kind: 'column', name, at }
}

function parenthesised(cursor: Cursor): Expression {
  const { at } = cursor.expect('(')
  if (cursor.is('SELECT') || cursor.is('WITH')) {
    const rows = parseRows(cursor)
    cursor.expect(')', 'after the subquery')
    return { kind: 'subquery', rows, at }
  }
  const inner = climb(cursor, OR)
  if (inner.kind === 'subquery') {
    const rows = continueRows(cursor, inner.rows)
    cursor.expect(')', 'after the subquery')
    return { kind: 'subquery', rows, at }
  }
  if (!cursor.is(')')) throw cursor.unexpected(')', `to close the parenthesis, or an operator`)
  cursor.take()
  return inner
}

function exists(cursor: Cursor): Expression {
  const { at } = cursor.take()
  if (!cursor.is('(')) throw cursor.unexpected('(', 'after EXISTS')
  const inner = parenthesised(cursor)
  if (inner.kind !== 'subquery')
    throw cursor.error('syntax', 'expected a subquery after EXISTS', { at: inner.at, text: 'EXISTS' }, 'a subquery')
  return { kind: 'exists', rows: inner.rows, at }
}

function call(cursor: Cursor): Expression {
  const { at, text, key } = cursor.take()
  const name = { name: text, delimited: false, at }
  const where = `in the arguments of ${key}`
  cursor.expect('(')
  if (key === 'COUNT' && cursor.accept('*')) {
    cursor.expect(')', 'after COUNT(*')
    return { kind: 'call', name, star: true, args: [], at }
  }
  if (cursor.accept(')')) return { kind: 'call', name, star: false, args: [], at }
  const quantifier = cursor.accept('DISTINCT') ? 'DISTINCT' : cursor.accept('ALL') ? 'ALL' : undefined
  const args = cursor.list(() => value(cursor, OR, where), `arguments of ${key}`)
  if (!cursor.is(')')) throw cursor.unexpected('")" or ","', where)
  cursor.take()
  return quantifier
    ? { kind: 'call', name, quantifier, star: false, args, at }
    : { kind: 'call', name, star: false, args, at }
}

/** What CAST may make, and other databases' names for the same types. */
const CAST_TYPES: Readonly<Record<string, CastTypeName>> = {
  SMALLINT: 'SMALLINT',
  INTEGER: 'INTEGER',
  INT: 'INTEGER',
  BIGINT: 'BIGINT',
  REAL: 'REAL',
  FLOAT: 'DOUBLE PRECISION',
  DOUBLE: 'DOUBLE PRECISION',
  CHAR: 'CHAR',
  VARCHAR: 'VARCHAR',
  TIMESTAMP: 'TIMESTAMP',
  POINT: 'POINT',
  CIRCLE: 'CIRCLE',
  POLYGON: 'POLYGON',
}

function cast(cursor: Cursor): Expression {
  const { at } = cursor.take()
  cursor.expect('(', 'after CAST')
  const operand = value(cursor, OR, 'in CAST')
  cursor.expect('AS', 'after the value of CAST')
  const target = castTarget(cursor)
  cursor.expect(')', 'after the type of CAST')
  return { kind: 'cast', operand, target, at }
}

function castTarget(cursor: Cursor): CastTarget {
  const { token } = cursor
  const name = CAST_TYPES[token.key]
  if (!name)
    throw cursor.error(
      'syntax',
      `CAST cannot make ${describe(token)}; it makes ${[...new Set(Object.values(CAST_TYPES))].join(', ')}`,
      token,
      'a type',
    )
  cursor.take()
  if (token.key === 'DOUBLE') cursor.accept('PRECISION')
  if ((name !== 'CHAR' && name !== 'VARCHAR') || !cursor.accept('(')) return { name }
  const length = cursor.count(name)
  if (length < 1 || length > 1_000_000)
    throw cursor.error('bad-value', `the length of ${name} is 1 to 1000000, got ${length}`, token)
  cursor.expect(')', `after the length of ${name}`)
  return { name, length }
}

/** `LIKE M3%`: a word and a percent sign that no operand follows. */
const isBarePattern = ({ token, following, third }: Cursor): boolean =>
  token.kind === 'word' &&
  following === '%' &&
  (!third || third.kind === 'end' || /^(?:AND|OR|ORDER|GROUP|\))$/.test(third.key))
