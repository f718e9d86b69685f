// The FROM clause (`<table_reference>`): tables, derived tables and joins. Joins bind from left to right.

import type { Identifier, RowsExpression, TableReference } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { parseCondition } from './expression.ts'
import { continueRows, parseRows } from './parser.ts'
import { isReserved } from './token.ts'

type Join = Extract<TableReference, { kind: 'join' }>

export const parseFrom = (cursor: Cursor): TableReference[] => cursor.list(() => reference(cursor), 'tables')

function reference(cursor: Cursor): TableReference {
  return joins(cursor, primary(cursor))
}

function joins(cursor: Cursor, left: TableReference): TableReference {
  for (;;) {
    const { at } = cursor.token
    const natural = cursor.accept('NATURAL')
    const join = joinType(cursor, natural)
    if (!join) return left
    const right = primary(cursor)
    if (natural || join === 'CROSS') left = { kind: 'join', join, natural, left, right, at }
    else left = { kind: 'join', join, natural, left, right, ...joinCondition(cursor), at }
  }
}

function joinType(cursor: Cursor, natural: boolean): Join['join'] | undefined {
  const { key } = cursor.token
  switch (key) {
    case 'JOIN':
      cursor.take()
      return 'INNER'
    case 'INNER':
    case 'CROSS':
      if (key === 'CROSS' && natural) break
      cursor.take()
      cursor.expect('JOIN', `after ${key}`)
      return key
    case 'LEFT':
    case 'RIGHT':
    case 'FULL':
      cursor.take()
      cursor.accept('OUTER')
      cursor.expect('JOIN', `after ${key}`)
      return key
  }
  if (natural) throw cursor.unexpected('JOIN', 'after NATURAL')
  return undefined
}

function joinCondition(cursor: Cursor): Pick<Join, 'on' | 'using'> {
  if (cursor.accept('ON')) return { on: parseCondition(cursor, 'after ON') }
  if (!cursor.accept('USING')) throw cursor.unexpected('ON or USING', 'after the joined table')
  cursor.expect('(', 'after USING')
  const using = cursor.list(() => cursor.identifier('a column name'), 'columns in USING')
  cursor.expect(')', 'after the columns of USING')
  return { using }
}

function primary(cursor: Cursor): TableReference {
  cursor.countTable()
  if (!cursor.is('(')) return table(cursor)
  const { at } = cursor.token
  const inner = parenthesised(cursor)
  return isReference(inner) ? inner : derived(cursor, inner, at)
}

/** `(SELECT …)`, `((SELECT …) UNION …)`, `(a JOIN b …)`, `((SELECT …) AS x JOIN b …)`. */
function parenthesised(cursor: Cursor): RowsExpression | TableReference {
  cursor.enter()
  const { at } = cursor.expect('(')
  let found: RowsExpression | TableReference
  if (cursor.is('SELECT') || cursor.is('WITH')) found = parseRows(cursor)
  else if (cursor.is('(')) {
    const start = cursor.token.at
    const inner = parenthesised(cursor)
    if (isReference(inner)) found = joins(cursor, inner)
    else {
      const rows = continueRows(cursor, inner)
      found = cursor.is(')') ? rows : joins(cursor, derived(cursor, rows, start))
    }
  } else found = reference(cursor)
  if (isReference(found) && found.kind === 'table')
    throw cursor.error('syntax', 'parentheses in FROM hold a join or a subquery, not a single table', { at, text: '(' })
  cursor.expect(')', isReference(found) ? 'after the join' : 'after the subquery')
  cursor.leave()
  return found
}

const isReference = (found: RowsExpression | TableReference): found is TableReference => 'kind' in found

function derived(cursor: Cursor, rows: RowsExpression, at: number): TableReference {
  const alias = correlationName(cursor)
  if (!alias) throw cursor.unexpected('a name for the subquery', '(AS name) in FROM')
  return { kind: 'derived', rows, alias, at }
}

function table(cursor: Cursor): TableReference {
  const { at } = cursor.token
  const name = [cursor.identifier('a table name')]
  while (cursor.is('.') && name.length < 3) {
    cursor.take()
    name.push(cursor.identifier('a table name'))
  }
  const alias = correlationName(cursor)
  return alias ? { kind: 'table', name, alias, at } : { kind: 'table', name, at }
}

function correlationName(cursor: Cursor): Identifier | undefined {
  if (cursor.accept('AS')) return cursor.identifier('a name after AS')
  const { kind, key } = cursor.token
  return kind === 'delimited' || (kind === 'word' && !isReserved(key)) ? cursor.identifier('a name') : undefined
}
