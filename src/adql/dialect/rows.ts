// SELECTs, set operations and FROM. Output columns are c1, c2, …; sources t1, t2, …; common tables w1, w2, ….

import type { BoundCondition, BoundFrom, BoundJoin, BoundOrder, BoundRows, BoundSelect, BoundSet } from '../bound.ts'
import { AdqlError } from '../errors.ts'
import { sortsAsText } from '../types.ts'
import { condition } from './conditions.ts'
import { alias, type Context } from './context.ts'
import { fenced, guarded, SHOWN, shownOf, sourcesOf } from './guard.ts'

export function rows(context: Context, node: BoundRows, most?: number, shown = false): string {
  const limit = Math.min(node.limit ?? Infinity, most ?? Infinity)
  const set = node.body.kind === 'set'
  const body = node.body.kind === 'set' ? setOperation(context, node.body, node) : select(context, node.body, shown)
  // What sorts by its bytes needs an expression; after DISTINCT and set operations only names of output columns are there.
  const named = node.orderBy.length > 0 && (set || (node.body as BoundSelect).distinct)
  const terms = node.orderBy.map((term) => orderTerm(context, node, term, named))
  return [
    named ? `SELECT * FROM (${body}) AS "s"` : body,
    ...(terms.length > 0 ? [`ORDER BY ${terms.join(', ')}`] : []),
    ...(limit < Infinity ? [`LIMIT ${limit}`] : node.offset ? [context.dialect.noLimit] : []),
    ...(node.offset ? [`OFFSET ${node.offset}`] : []),
  ].join(' ')
}

function orderTerm(context: Context, node: BoundRows, { item, value, type, descending }: BoundOrder, named: boolean) {
  const textual = sortsAsText(type)
  const direction = descending ? 'DESC NULLS FIRST' : 'ASC NULLS LAST'
  if (item !== undefined && named) {
    const name = `"s"."c${item + 1}"`
    return `${textual ? context.dialect.ordered(name) : name} ${direction}`
  }
  if (item !== undefined && !textual) return `${item + 1} ${direction}`
  const expression = context.value(value ?? (node.body as BoundSelect).items[item!])
  return `${textual ? context.dialect.ordered(expression) : constantSafe(expression)} ${direction}`
}

/** A number alone would be the position of a column. */
const constantSafe = (expression: string) =>
  /^[(\d)]+$/.test(expression) ? `(CASE WHEN TRUE THEN ${expression} END)` : expression

function select(context: Context, node: BoundSelect, shown: boolean): string {
  const items = node.items.map((item, i) => {
    const expression = item.type === 'null' ? context.dialect.nullOf('string') : context.value(item)
    return `${expression} AS "c${i + 1}"`
  })
  if (shown)
    items.push(`CASE WHEN ${shownOf(context, node.from.flatMap(sourcesOf)) ?? 'TRUE'} THEN 1 ELSE 0 END AS "${SHOWN}"`)
  const keys = node.groupBy.map(({ value, item }) =>
    item === undefined ? constantSafe(context.value(value)) : `${item + 1}`,
  )
  const kept = (term: BoundCondition) => condition(context, term, true)
  const where = node.where && guarded(context, node.where, node.from, kept)
  return [
    `SELECT ${node.distinct ? 'DISTINCT ' : ''}${items.join(', ')}`,
    ...(node.from.length > 0
      ? [`FROM ${node.from.map((from) => source(context, from)).reduce((a, b) => `${a} JOIN ${b} ON TRUE`)}`]
      : []),
    ...(where ? [`WHERE ${where}`] : []),
    ...(keys.length > 0 ? [`GROUP BY ${keys.join(', ')}`] : []),
    // With an aggregate in it, it is not moved into WHERE.
    ...(node.having ? [`HAVING (CASE WHEN COUNT(*) >= 0 THEN ${kept(node.having)} END)`] : []),
  ].join(' ')
}

function source(context: Context, node: BoundFrom): string {
  switch (node.kind) {
    case 'table': {
      const from = context.binding(node.table).from(
        node.used.map(({ name }) => name),
        context.guards.has(node.id),
      )
      return `${context.insert(from)} AS "${alias(node)}"`
    }
    case 'derived':
      return `(${fenced(context, node.id, node.rows)}) AS "${alias(node)}"`
    case 'common':
      return `"w${node.common.id}" AS "${alias(node)}"`
    case 'join': {
      const join = node.join === 'cross' ? 'JOIN' : JOINS[node.join]
      const on = node.on ? guarded(context, node.on, [node], (term) => condition(context, term, true)) : 'TRUE'
      if (node.join === 'full') checkFull(node)
      return `(${source(context, node.left)} ${join} ${source(context, node.right)} ON ${on})`
    }
  }
}

/** PostgreSQL joins fully only where it can sort or hash: by an equality of both sides. Then nobody may ask for more. */
function checkFull({ on, left, right }: BoundJoin): void {
  const terms = on?.kind === 'and' ? on.terms : on ? [on] : []
  const [first, second] = [sourcesOf(left), sourcesOf(right)]
  const across = terms.some((term) => {
    if (term.kind !== 'compare' || term.operator !== '=') return false
    const sides = [term.left, term.right].map((value) => (value.kind === 'column' ? value.source : undefined))
    const [a, b] = sides
    if (!(a && b)) return false
    return (first.includes(a) && second.includes(b)) || (first.includes(b) && second.includes(a))
  })
  if (!across)
    throw new AdqlError(
      'unsupported',
      'a FULL JOIN needs a condition that sets a column of one side equal to one of the other',
    )
}

const JOINS = { inner: 'JOIN', left: 'LEFT JOIN', right: 'RIGHT JOIN', full: 'FULL JOIN' } as const

function setOperation(context: Context, node: BoundSet, whole: BoundRows): string {
  const [left, right] = [node.left, node.right].map((side) => operand(context, side, whole))
  if (node.all && node.operator !== 'union')
    return context.dialect.exceptAll(
      node.operator,
      left,
      right,
      whole.columns.map((_, i) => `"c${i + 1}"`),
    )
  return `SELECT * FROM (${left}) AS "l" ${node.operator.toUpperCase()}${node.all ? ' ALL' : ''} SELECT * FROM (${right}) AS "r"`
}

/** The rows of an operand with the types of the whole. */
function operand(context: Context, node: BoundRows, whole: BoundRows): string {
  const sql = context.rows(node)
  if (node.columns.every(({ type }, i) => type === whole.columns[i].type)) return sql
  const items = node.columns.map(({ type }, i) => {
    const target = whole.columns[i].type
    const name = `"o"."c${i + 1}"`
    const cast =
      type === target || target === 'null'
        ? name
        : type === 'null'
          ? context.dialect.nullOf(target)
          : context.dialect.cast(name, type, target)
    return `${cast} AS "c${i + 1}"`
  })
  return `SELECT ${items.join(', ')} FROM (${sql}) AS "o"`
}
