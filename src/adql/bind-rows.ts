// SELECTs and set operations: what a query's rows are made of, and the description of its columns.

import type { Field } from '#src/votable'
import type { Expression, OrderTerm, RowsExpression, Select, SelectItem, SetOperation } from './ast.ts'
import { unitOf } from './bind-call.ts'
import { bindCondition } from './bind-condition.ts'
import { bindFrom } from './bind-from.ts'
import { bindValue } from './bind-value.ts'
import type { BoundKey, BoundOrder, BoundRows, BoundSelect, BoundSet, BoundValue, OutputColumn } from './bound.ts'
import { checkGrouped, hasAggregate, sameValue } from './check.ts'
import { suggestion } from './schema.ts'
import { type Binding, columnOf, fail, key, newScope, qualified, type Scope } from './scope.ts'
import { type AdqlType, fieldOfType, isNumeric, nameOfType, promote, typeOfField } from './types.ts'

/** What both stores take in one SELECT. */
const MOST_COLUMNS = 1600

export function bindRows({ body, orderBy, offset }: RowsExpression, binding: Binding, parent?: Scope): BoundRows {
  const more = offset === undefined ? {} : { offset }
  if (body.kind === 'select') {
    const scope = newScope(binding, parent)
    const { top } = body
    const { select, columns, order } = bindSelect(body, orderBy, scope)
    const limit = top === undefined ? {} : { limit: top }
    return { body: select, orderBy: order, ...more, ...limit, columns, correlated: scope.correlated }
  }
  const { set, columns } = bindSet(body, binding, parent)
  const order = orderBy.map((term) => orderOfSet(term, columns, { binding }))
  return { body: set, orderBy: order, ...more, columns, correlated: set.left.correlated || set.right.correlated }
}

export const bindSubquery = (rows: RowsExpression, scope: Scope): BoundRows => bindRows(rows, scope.binding, scope)

/** `what`: the subquery, in the words of a message. */
export function bindOneColumn(what: string, node: RowsExpression, at: number, scope: Scope): BoundRows {
  const rows = bindSubquery(node, scope)
  if (rows.columns.length === 1) return rows
  throw fail(scope, at, 'wrong-arguments', `${what} gives one column, got ${rows.columns.length}`)
}

interface Item extends OutputColumn {
  readonly value: BoundValue
  readonly at: number
}

interface Selected {
  readonly select: BoundSelect
  readonly columns: OutputColumn[]
  readonly order: BoundOrder[]
}

function bindSelect(node: Select, orderBy: readonly OrderTerm[], scope: Scope): Selected {
  const from = bindFrom(node.from, scope)
  const where = node.where && restricted(scope, 'WHERE', () => bindCondition(node.where!, scope))
  const items: Item[] = []
  for (const item of node.items) {
    items.push(...bindItem(item, scope))
    if (items.length > MOST_COLUMNS)
      throw fail(scope, item.at, 'too-many', `the SELECT has more than ${MOST_COLUMNS} columns`)
  }
  nameItems(items)
  const groupBy = node.groupBy.map((term) => bindKey(term, items, scope))
  const having = node.having && bindCondition(node.having, scope)
  const order = orderBy.map((term) => orderOfSelect(term, items, node.distinct, scope))
  const grouped = groupBy.length > 0 || having !== undefined || scope.sawAggregate
  if (grouped) {
    const keys = groupBy.map(({ value }) => value)
    for (const { value, at } of items) checkGrouped(value, keys, scope, at)
    if (having) checkGrouped(having, keys, scope, node.having!.at)
    order.forEach(({ value, item }, i) => {
      if (item === undefined && value) checkGrouped(value, keys, scope, orderBy[i].expression.at)
    })
  }
  const columns = items.map(({ field, type }) => ({ field, type }))
  const values = items.map(({ value }) => value)
  const select: BoundSelect = {
    kind: 'select',
    distinct: node.distinct,
    items: values,
    from,
    ...(where && { where }),
    groupBy,
    ...(having && { having }),
    grouped,
  }
  return { select, columns, order }
}

function restricted<T>(scope: Scope, place: NonNullable<Scope['noAggregates']>, bind: () => T): T {
  scope.noAggregates = place
  const bound = bind()
  delete scope.noAggregates
  return bound
}

function bindItem(item: SelectItem, scope: Scope): Item[] {
  if (item.kind === 'all') return everything(item, scope)
  const value = bindValue(item.expression, scope)
  const { at } = item.expression
  const { type } = value
  const name = item.alias?.name ?? (value.kind === 'column' ? value.field.name : nameOf(item.expression))
  return [{ value, type, field: fieldOf(value, type, name), at }]
}

/** '' where nothing in the text is a name. */
function nameOf(node: Expression): string {
  if (node.kind === 'column') return node.name[node.name.length - 1].name
  if (node.kind === 'call') return node.name.name.toLowerCase()
  return node.kind === 'cast' ? nameOf(node.operand) : ''
}

function everything({ qualifier, at }: Extract<SelectItem, { kind: 'all' }>, scope: Scope): Item[] {
  let { entries } = scope.names
  if (qualifier.length > 0) {
    entries = qualified(scope.names, qualifier)
    const name = qualifier.map((part) => part.name).join('.')
    if (entries.length !== 1) {
      const names = scope.names.entries.map((entry) => entry.name)
      const problem =
        entries.length === 0
          ? `no table "${name}" stands in FROM${suggestion(name, names)}`
          : `"${name}" stands for ${entries.length} tables`
      throw fail(scope, at, entries.length === 0 ? 'unknown-table' : 'ambiguous', problem, 'a table of FROM')
    }
  }
  const items: Item[] = []
  const covered = new Set<string>()
  // A column that a join merged comes once, and first.
  if (qualifier.length === 0)
    for (const { value, field, covers } of scope.names.merged) {
      items.push({ value, type: value.type, field, at })
      for (const each of covers) covered.add(each)
    }
  for (const entry of entries)
    entry.fields.forEach((field, position) => {
      if (covered.has(key(entry.source, position))) return
      items.push({ value: columnOf(entry, position), type: entry.types[position], field, at })
    })
  return items
}

/** What a column of the result is: a column's own description, or that of its type. */
function fieldOf(value: BoundValue, type: AdqlType, name: string): Field {
  if (value.kind === 'column') {
    if (name === value.field.name) return value.field
    return { ...plain(value.field), name }
  }
  const shown = value.kind === 'aggregate' && (value.name === 'MIN' || value.name === 'MAX') ? value.args[0] : undefined
  const base =
    shown?.kind === 'column' ? { ...fieldOfType(name, type), ...clothes(shown.field), name } : fieldOfType(name, type)
  const unit = unitOf(value)
  return unit ? { ...base, unit } : base
}

const clothes = ({ datatype, arraysize, xtype }: Field) => ({
  datatype,
  ...(arraysize && { arraysize }),
  ...(xtype && { xtype }),
})

/** Without what is of the stored column only: its XML ID, its index. */
function plain({ datatype, arraysize, xtype, unit, ucd, utype, description }: Field): Omit<Field, 'name'> {
  return {
    datatype,
    ...(arraysize !== undefined && { arraysize }),
    ...(xtype !== undefined && { xtype }),
    ...(unit !== undefined && { unit }),
    ...(ucd !== undefined && { ucd }),
    ...(utype !== undefined && { utype }),
    ...(description !== undefined && { description }),
  }
}

/** Names for what has none: `col3`, and `count_2` where a name that we gave is there already. */
function nameItems(items: Item[]): void {
  if (items.every(({ field, value }) => field.name !== '' && value.kind === 'column')) return
  const taken = new Set(
    items.filter(({ value }) => value.kind === 'column').map(({ field }) => field.name.toLowerCase()),
  )
  items.forEach((item, i) => {
    if (item.value.kind === 'column') return
    const first = item.field.name || `col${i + 1}`
    let name = first
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${first}_${n}`
    taken.add(name.toLowerCase())
    if (name !== item.field.name) items[i] = { ...item, field: { ...item.field, name } }
  })
}

/** The output column that a term names by position or alias. */
function outputOf(
  term: Expression,
  columns: readonly OutputColumn[],
  scope: { binding: Binding },
  clause: string,
): number | undefined {
  if (term.kind === 'number') {
    const position = Number(term.text)
    if (!Number.isInteger(position) || position < 1 || position > columns.length)
      throw fail(
        scope,
        term.at,
        'bad-value',
        `${clause} ${term.text.slice(0, 20)} is no column; there are 1 to ${columns.length}`,
        'a column',
      )
    return position - 1
  }
  if (term.kind !== 'column' || term.name.length > 1) return undefined
  const [{ name, delimited }] = term.name
  let found = columns.flatMap(({ field }, i) => (field.name.toLowerCase() === name.toLowerCase() ? [i] : []))
  if (delimited && found.length > 1) found = found.filter((i) => columns[i].field.name === name)
  return found.length === 1 ? found[0] : undefined
}

function itemOf(value: BoundValue, items: readonly Item[]): number | undefined {
  const found = items.findIndex((item) => sameValue(item.value, value))
  return found === -1 ? undefined : found
}

const keyed = (value: BoundValue, item: number | undefined): BoundKey =>
  item === undefined ? { value } : { value, item }

function bindKey(term: Expression, items: readonly Item[], scope: Scope): BoundKey {
  const byPosition = term.kind === 'number' ? outputOf(term, items, scope, 'GROUP BY') : undefined
  const value = byPosition !== undefined ? items[byPosition].value : groupValue(term, items, scope)
  if (hasAggregate(value)) throw fail(scope, term.at, 'misplaced-aggregate', 'GROUP BY takes no aggregate')
  if (!groupable(value.type)) throw fail(scope, term.at, 'wrong-type', `GROUP BY takes no ${nameOfType(value.type)}`)
  return keyed(value, byPosition ?? itemOf(value, items))
}

const groupable = (type: AdqlType) => isNumeric(type) || ['string', 'timestamp', 'boolean', 'region'].includes(type)

/** A column of FROM before an alias, as SQL has it. */
function groupValue(term: Expression, items: readonly Item[], scope: Scope): BoundValue {
  try {
    return restricted(scope, 'GROUP BY', () => bindValue(term, scope))
  } catch (error) {
    delete scope.noAggregates
    const alias = outputOf(term, items, scope, 'GROUP BY')
    if (alias === undefined) throw error
    return items[alias].value
  }
}

function orderOfSelect(
  { expression, descending }: OrderTerm,
  items: readonly Item[],
  distinct: boolean,
  scope: Scope,
): BoundOrder {
  const output = outputOf(expression, items, scope, 'ORDER BY')
  const value = output === undefined ? bindValue(expression, scope) : items[output].value
  const item = output ?? itemOf(value, items)
  if (distinct && item === undefined)
    throw fail(
      scope,
      expression.at,
      'unsupported',
      'with DISTINCT, ORDER BY takes only columns of the SELECT',
      'a column of the SELECT',
    )
  checkSortable(value.type, expression, scope)
  return { value, ...(item !== undefined && { item }), type: value.type, descending }
}

function checkSortable(type: AdqlType, { at }: Expression, scope: { binding: Binding }): void {
  if (!groupable(type)) throw fail(scope, at, 'wrong-type', `ORDER BY cannot sort ${nameOfType(type)}`)
}

function orderOfSet(
  { expression, descending }: OrderTerm,
  columns: readonly OutputColumn[],
  scope: { binding: Binding },
): BoundOrder {
  const item = outputOf(expression, columns, scope, 'ORDER BY')
  if (item === undefined)
    throw fail(
      scope,
      expression.at,
      'unknown-column',
      'after a set operation ORDER BY takes the name or the position of an output column',
      'an output column',
    )
  const { type } = columns[item]
  checkSortable(type, expression, scope)
  return { item, type, descending }
}

function bindSet(node: SetOperation, binding: Binding, parent?: Scope): { set: BoundSet; columns: OutputColumn[] } {
  const left = bindRows(node.left, binding, parent)
  const right = bindRows(node.right, binding, parent)
  const { operator, all, at } = node
  const scope = { binding }
  if (left.columns.length !== right.columns.length)
    throw fail(
      scope,
      at,
      'wrong-arguments',
      `both sides of ${operator} have as many columns, got ${left.columns.length} and ${right.columns.length}`,
    )
  const columns = left.columns.map((column, i) => {
    const type = commonType(column, right.columns[i])
    if (!type)
      throw fail(
        scope,
        at,
        'wrong-type',
        `column ${i + 1} of ${operator} is ${nameOfType(column.type)} on the left and ${nameOfType(right.columns[i].type)} on the right`,
      )
    if (type === typeOfField(column.field)) return column
    const { unit, ucd, utype, description, name } = column.field
    return {
      type,
      field: {
        ...fieldOfType(name, type),
        ...plain({ ...fieldOfType(name, type), unit, ucd, utype, description } as Field),
        name,
      },
    }
  })
  return { set: { kind: 'set', operator: operator.toLowerCase() as BoundSet['operator'], all, left, right }, columns }
}

function commonType({ type: a }: OutputColumn, { type: b }: OutputColumn): AdqlType | undefined {
  if (a === b || b === 'null') return a
  if (a === 'null') return b
  if (isNumeric(a) && isNumeric(b)) return promote(a, b)
  if ((a === 'string' && b === 'region') || (a === 'region' && b === 'string')) return 'string'
  return undefined
}
