// The FROM clause: tables, derived tables and joins; NATURAL and USING become equalities and merged columns.

import type { Field, Table } from '#src/votable'
import type { Expression, Identifier, RowsExpression, TableReference } from './ast.ts'
import { bindCondition, comparable } from './bind-condition.ts'
import { bindRows } from './bind-rows.ts'
import type { BoundCondition, BoundFrom, BoundJoin, BoundRows, BoundSource, BoundValue } from './bound.ts'
import { columnIndex, columnsOf, suggestion } from './schema.ts'
import {
  type Candidate,
  candidates,
  type Entry,
  fail,
  type Merged,
  type Names,
  namesOf,
  newScope,
  nextId,
  type Scope,
  typesOf,
} from './scope.ts'
import { type AdqlType, promote } from './types.ts'

interface BoundReference {
  readonly from: BoundFrom
  readonly names: Names
}

/** Fills the scope's names; gives the members of FROM. */
export function bindFrom(references: readonly TableReference[], scope: Scope): BoundFrom[] {
  const bound = references.map((reference) => bindReference(reference, scope))
  scope.names = namesOf(
    bound.flatMap(({ names }) => names.entries),
    bound.flatMap(({ names }) => names.merged),
  )
  checkNames(scope.names.entries, references, scope)
  return bound.map(({ from }) => from)
}

function checkNames(entries: readonly Entry[], references: readonly TableReference[], scope: Scope): void {
  const seen = new Set<string>()
  for (const { name, schema } of entries) {
    const own = `${schema ?? ''}.${name}`.toLowerCase()
    if (seen.has(own))
      throw fail(scope, references[0].at, 'ambiguous', `"${name}" stands twice in FROM; give one an alias`, 'an alias')
    seen.add(own)
  }
}

function bindReference(reference: TableReference, scope: Scope): BoundReference {
  if (reference.kind === 'join') return bindJoin(reference, scope)
  const entry =
    reference.kind === 'table' ? tableEntry(reference, scope) : derivedEntry(reference.rows, reference.alias, scope)
  return { from: entry.source, names: namesOf([entry]) }
}

function tableEntry({ name, alias, at }: Extract<TableReference, { kind: 'table' }>, scope: Scope): Entry {
  const { binding } = scope
  const common =
    name.length === 1 && binding.common.find((one) => one.name.toLowerCase() === name[0].name.toLowerCase())
  if (common) {
    const source: BoundSource = { kind: 'common', id: nextId(binding), common }
    return rowsEntry(source, common.rows, alias?.name ?? common.name)
  }
  const table = findTable(name, scope, at)
  binding.read.add(table)
  const used: Table['columns'][number][] = []
  const seen = new Set<number>()
  return {
    source: { kind: 'table', id: nextId(binding), table, used },
    name: alias?.name ?? table.name,
    ...(!alias && { schema: table.schema }),
    fields: table.columns,
    types: typesOfTable(table),
    positions: columnsOf(table),
    use(position) {
      if (seen.has(position)) return
      seen.add(position)
      used.push(table.columns[position])
    },
  }
}

const tableTypes = new WeakMap<Table, readonly AdqlType[]>()

function typesOfTable(table: Table): readonly AdqlType[] {
  let types = tableTypes.get(table)
  if (!types) {
    types = typesOf(table.columns)
    tableTypes.set(table, types)
  }
  return types
}

function findTable(name: readonly Identifier[], scope: Scope, at: number): Table {
  const { index } = scope.binding
  const parts = name.slice(-2)
  const text = parts.map((part) => part.name).join('.')
  let found = name.length > 2 ? [] : (index.byName.get(text.toLowerCase()) ?? [])
  if (found.length > 1 && parts.some(({ delimited }) => delimited)) {
    const exact = found.filter(
      (table) => table.name === parts.at(-1)!.name && (parts.length === 1 || table.schema === parts[0].name),
    )
    if (exact.length > 0) found = exact
  }
  if (found.length === 1) return found[0]
  const short = name
    .map((part) => part.name)
    .join('.')
    .slice(0, 100)
  if (found.length > 1) {
    const all = found.map(({ schema, name: own }) => `${schema}.${own}`)
    throw fail(
      scope,
      at,
      'ambiguous',
      `"${short}" may be ${all.join(' or ')}; write its schema before it`,
      'schema.table',
    )
  }
  const known = index.tables.map((table) => (parts.length > 1 ? `${table.schema}.${table.name}` : table.name))
  const commons = parts.length > 1 ? [] : scope.binding.common.map((one) => one.name)
  throw fail(
    scope,
    at,
    'unknown-table',
    `there is no table "${short}"${suggestion(text, [...commons, ...known])}`,
    'a table name',
  )
}

function derivedEntry(expression: RowsExpression, alias: Identifier, scope: Scope): Entry {
  const rows = bindRows(expression, scope.binding, scope.parent)
  if (rows.correlated) scope.correlated = true
  return rowsEntry({ kind: 'derived', id: nextId(scope.binding), rows }, rows, alias.name)
}

function rowsEntry(source: BoundSource, { columns }: BoundRows, name: string): Entry {
  const fields = columns.map(({ field }) => field)
  return { source, name, fields, types: columns.map(({ type }) => type), positions: columnIndex(fields), use: () => {} }
}

function bindJoin(reference: Extract<TableReference, { kind: 'join' }>, scope: Scope): BoundReference {
  const left = bindReference(reference.left, scope)
  const right = bindReference(reference.right, scope)
  const join = reference.join.toLowerCase() as BoundJoin['join']
  const both = namesOf([...left.names.entries, ...right.names.entries], [...left.names.merged, ...right.names.merged])
  const make = (on: BoundCondition | undefined, names: Names): BoundReference => {
    // NATURAL without a common column is every combination.
    const from: BoundJoin = on
      ? { kind: 'join', join, left: left.from, right: right.from, on }
      : { kind: 'join', join: 'cross', left: left.from, right: right.from }
    return { from, names }
  }
  if (join === 'cross') return make(undefined, both)
  if (reference.on) return make(bindOn(reference.on, both, scope), both)
  const shared = reference.using ?? (reference.natural ? commonNames(left.names, right.names) : [])
  const conditions: BoundCondition[] = []
  const merged: Merged[] = []
  for (const name of shared) {
    const a = one(candidates(left.names, name), name, 'left', scope)
    const b = one(candidates(right.names, name), name, 'right', scope)
    const [first, second] = comparable(scope, name.at || reference.at, a.value, b.value)
    conditions.push({ kind: 'compare', operator: '=', left: first, right: second })
    merged.push({ ...mergedColumn(join, a, b), covers: new Set([...a.covers, ...b.covers]) })
  }
  const covered = new Set(merged.flatMap(({ covers }) => [...covers]))
  const rest = both.merged.filter(({ covers }) => ![...covers].some((each) => covered.has(each)))
  const on = conditions.length > 1 ? ({ kind: 'and', terms: conditions } as const) : conditions[0]
  if (!on && join !== 'inner')
    throw fail(
      scope,
      reference.at,
      'wrong-arguments',
      `NATURAL ${reference.join} JOIN finds no column that both sides have`,
      'ON or USING',
    )
  return make(on, namesOf(both.entries, [...merged, ...rest]))
}

function bindOn(on: Expression, names: Names, scope: Scope): BoundCondition {
  const inner = { ...newScope(scope.binding, scope.parent), names, noAggregates: 'ON' as const }
  const condition = bindCondition(on, inner)
  if (inner.correlated) scope.correlated = true
  return condition
}

function one(found: readonly Candidate[], name: Identifier, side: string, scope: Scope): Candidate {
  if (found.length === 1) return found[0]
  const problem = found.length === 0 ? 'is not' : 'is more than once'
  throw fail(
    scope,
    name.at,
    found.length === 0 ? 'unknown-column' : 'ambiguous',
    `the column "${name.name}" ${problem} in the ${side} side of the join`,
    'a column of both sides',
  )
}

/** The value is that of the side whose rows are all there; of both where neither's are. */
function mergedColumn(join: BoundJoin['join'], a: Candidate, b: Candidate): { field: Field; value: BoundValue } {
  if (join === 'right') return { field: b.field, value: b.value }
  if (join !== 'full') return { field: a.field, value: a.value }
  const type = promote(a.value.type, b.value.type)
  return { field: a.field, value: { kind: 'call', name: 'COALESCE', args: [a.value, b.value], type } }
}

/** Names that are on both sides, in the order of the left one. */
function commonNames(left: Names, right: Names): Identifier[] {
  const names = (side: Names) => side.entries.flatMap(({ fields }) => fields.map(({ name }) => name))
  const known = new Set(names(right).map((name) => name.toLowerCase()))
  const seen = new Set<string>()
  return names(left).flatMap((name) => {
    const lower = name.toLowerCase()
    if (!known.has(lower) || seen.has(lower)) return []
    seen.add(lower)
    return [{ name, delimited: false, at: 0 }]
  })
}
