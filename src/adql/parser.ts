// Text to syntax tree, by recursive descent (ADQL 2.1 appendix A). Time is linear in the text: nothing is read twice.
// Values and conditions are in expression.ts, the FROM clause in from.ts.

import type { CommonTable, OrderTerm, Query, RowsExpression, Select, SelectItem } from './ast.ts'
import { type AdqlLimits, Cursor, DEFAULT_LIMITS } from './cursor.ts'
import { AdqlError } from './errors.ts'
import { parseCondition, parseValue } from './expression.ts'
import { parseFrom } from './from.ts'
import { tokenize } from './lexer.ts'
import { isReserved } from './token.ts'

/** Each is compared with every column of its SELECT. */
const MOST_KEYS = 200

export function parseAdql(text: string, limits: Partial<AdqlLimits> = {}): Query {
  const all = { ...DEFAULT_LIMITS, ...limits }
  if (text.length > all.characters)
    throw new AdqlError('too-long', `the query has ${text.length} characters, at most ${all.characters} are taken`)
  const tokens = tokenize(text)
  const cursor = new Cursor(text, tokens, all)
  const query = { text, with: withClause(cursor), rows: parseRows(cursor) }
  while (cursor.accept(';'));
  const { token } = cursor
  if (token.kind !== 'end') throw trailing(cursor)
  // Long chains such as a + b + c … are deep trees without being deep text; few tokens cannot be deep.
  if (tokens.length > all.depth) checkHeight(query, cursor)
  return query
}

function trailing(cursor: Cursor): AdqlError {
  const { token, previous } = cursor
  if (token.key === ')') return cursor.error('syntax', 'found ")" without its "("', token, 'the end of the query')
  // `FROM t LIMIT 5` names the table LIMIT.
  if (previous?.key === 'LIMIT')
    return cursor.error('syntax', 'ADQL has no LIMIT; write SELECT TOP 5 for the first 5 rows', previous, 'TOP')
  return cursor.unexpected('the end of the query')
}

function withClause(cursor: Cursor): CommonTable[] {
  if (!cursor.accept('WITH')) return []
  return cursor.list(() => {
    const name = cursor.identifier('a name after WITH')
    cursor.expect('AS', 'after the name in WITH')
    cursor.expect('(', 'after AS')
    const rows = parseRows(cursor)
    cursor.expect(')', `after the subquery of ${name.name}`)
    return { name, rows }
  }, 'tables in WITH')
}

/** `<select_expression>`: set operations, ORDER BY, OFFSET. */
export function parseRows(cursor: Cursor): RowsExpression {
  if (cursor.is('WITH'))
    throw cursor.error('syntax', 'WITH stands only at the beginning of the whole query', cursor.token, 'SELECT')
  return finish(cursor, unions(cursor, intersections(cursor, operand(cursor))))
}

/** The same after its first operand, which stood in parentheses, is read. */
export function continueRows(cursor: Cursor, first: RowsExpression): RowsExpression {
  return finish(cursor, unions(cursor, intersections(cursor, first)))
}

/** UNION and EXCEPT from left to right; INTERSECT binds tighter (ADQL 2.1 §4.6). */
function unions(cursor: Cursor, left: RowsExpression): RowsExpression {
  while (cursor.is('UNION') || cursor.is('EXCEPT')) {
    const { key, at } = cursor.take()
    const all = setQuantifier(cursor)
    const right = intersections(cursor, operand(cursor))
    left = { body: { kind: 'set', operator: key as 'UNION', all, left, right, at }, orderBy: [], at: left.at }
  }
  return left
}

function intersections(cursor: Cursor, left: RowsExpression): RowsExpression {
  while (cursor.is('INTERSECT')) {
    const { at } = cursor.take()
    const all = setQuantifier(cursor)
    const right = operand(cursor)
    left = { body: { kind: 'set', operator: 'INTERSECT', all, left, right, at }, orderBy: [], at: left.at }
  }
  return left
}

function setQuantifier(cursor: Cursor): boolean {
  if (cursor.accept('ALL')) return true
  cursor.accept('DISTINCT')
  return false
}

function operand(cursor: Cursor): RowsExpression {
  cursor.enter()
  const { at } = cursor.token
  let rows: RowsExpression
  if (cursor.accept('(')) {
    rows = parseRows(cursor)
    cursor.expect(')', 'after the query in parentheses')
  } else rows = { body: select(cursor), orderBy: [], at }
  cursor.leave()
  return rows
}

function finish(cursor: Cursor, rows: RowsExpression): RowsExpression {
  const { token } = cursor
  const orderBy = orderByClause(cursor)
  const offset = cursor.accept('OFFSET') ? cursor.count('OFFSET') : undefined
  if (orderBy.length === 0 && offset === undefined) return rows
  const inner = rows.orderBy.length > 0 || rows.offset !== undefined
  // `(SELECT TOP 5 …) ORDER BY …` would sort what TOP has cut; one SELECT holds only one of both.
  const cut = rows.body.kind === 'select' && rows.body.top !== undefined && cursor.text[rows.at] === '('
  if (inner || cut)
    throw cursor.error(
      'unsupported',
      'the query in parentheses is already limited or sorted; use it as a subquery in FROM',
      token,
    )
  return { ...rows, orderBy, ...(offset !== undefined && { offset }) }
}

function orderByClause(cursor: Cursor): OrderTerm[] {
  if (!cursor.accept('ORDER')) return []
  cursor.expect('BY', 'after ORDER')
  return cursor.list(
    () => {
      const expression = parseValue(cursor, 'after ORDER BY')
      const descending = cursor.accept('DESC')
      if (!descending) cursor.accept('ASC')
      return { expression, descending }
    },
    'terms in ORDER BY',
    MOST_KEYS,
  )
}

function select(cursor: Cursor): Select {
  const { at } = cursor.token
  cursor.countSelect()
  cursor.expect('SELECT')
  const distinct = cursor.accept('DISTINCT')
  if (!distinct) cursor.accept('ALL')
  const top = cursor.accept('TOP') ? cursor.count('TOP') : undefined
  // Some write TOP first; it can mean nothing else.
  const late = top !== undefined && !distinct && cursor.accept('DISTINCT')
  const items = cursor.list(() => selectItem(cursor), 'columns')
  cursor.expect('FROM', 'or "," after the columns')
  const from = parseFrom(cursor)
  const where = cursor.accept('WHERE') ? parseCondition(cursor, 'after WHERE') : undefined
  const groupBy = groupByClause(cursor)
  const having = cursor.accept('HAVING') ? parseCondition(cursor, 'after HAVING') : undefined
  return {
    kind: 'select',
    distinct: distinct || late,
    ...(top !== undefined && { top }),
    items,
    from,
    ...(where && { where }),
    groupBy,
    ...(having && { having }),
    at,
  }
}

function groupByClause(cursor: Cursor): Select['groupBy'] {
  if (!cursor.accept('GROUP')) return []
  cursor.expect('BY', 'after GROUP')
  return cursor.list(() => parseValue(cursor, 'after GROUP BY'), 'terms in GROUP BY', MOST_KEYS)
}

function selectItem(cursor: Cursor): SelectItem {
  const { at } = cursor.token
  if (cursor.accept('*')) return { kind: 'all', qualifier: [], at }
  const qualifier = allOf(cursor)
  if (qualifier) return { kind: 'all', qualifier, at }
  const expression = parseValue(cursor, 'in the columns of SELECT')
  const { kind, key } = cursor.token
  const named = cursor.accept('AS') || kind === 'delimited' || (kind === 'word' && !isReserved(key))
  return named
    ? { kind: 'item', expression, alias: cursor.identifier('a name for the column'), at }
    : { kind: 'item', expression, at }
}

/** `t.*`: known from its tokens before anything is taken. */
function allOf(cursor: Cursor): ReturnType<Cursor['identifier']>[] | undefined {
  const parts = cursor.starQualifier()
  if (parts === 0) return undefined
  const qualifier = [cursor.identifier('a table name')]
  cursor.take()
  for (let i = 1; i < parts; i++) {
    qualifier.push(cursor.identifier('a table name'))
    cursor.take()
  }
  cursor.take()
  return qualifier
}

/** Walks with its own stack, so that no tree is too deep for the check itself. */
function checkHeight(query: Query, cursor: Cursor): void {
  const nodes: object[] = [query]
  const depths = [0]
  let at = 0
  while (nodes.length > 0) {
    const node = nodes.pop()!
    // A list and the object around an operand are levels too: three object levels or less for each level of the query.
    const depth = depths.pop()!
    if ('at' in node && typeof node.at === 'number') at = node.at
    if (depth > cursor.limits.depth) throw cursor.tooDeep(at)
    for (const child of Object.values(node)) {
      if (typeof child !== 'object' || child === null) continue
      nodes.push(child)
      depths.push(Array.isArray(child) ? depth : depth + 1)
    }
  }
}
