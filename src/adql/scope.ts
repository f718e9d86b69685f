// What names mean at one place of the query: the columns of the FROM clause, and those of the queries around it.

import type { Field, Table } from '#src/votable'
import type { Identifier } from './ast.ts'
import type { BoundSource, BoundValue, ColumnValue, CommonRows } from './bound.ts'
import { type AdqlErrorCode, errorAt } from './errors.ts'
import { suggestion, type TableIndex } from './schema.ts'
import { type AdqlType, typeOfField } from './types.ts'

/** What is the same for a whole query while its names are looked up. */
export interface Binding {
  readonly text: string
  readonly index: TableIndex
  readonly common: CommonRows[]
  readonly read: Set<Table>
  nextId: number
  /** Coverage maps made of regions so far: each takes milliseconds. */
  mocs: number
}

export function nextId(binding: Binding): number {
  return binding.nextId++
}

/** A member of FROM under the names it is known by. */
export interface Entry {
  readonly source: BoundSource
  /** The alias, or the table's own name with its schema. */
  readonly name: string
  readonly schema?: string
  readonly fields: readonly Field[]
  readonly types: readonly AdqlType[]
  readonly positions: ReadonlyMap<string, readonly number[]>
  /** Tells a table which of its columns are read. */
  use(position: number): void
}

/** A column that NATURAL or USING made of two. */
export interface Merged {
  readonly field: Field
  readonly value: BoundValue
  /** The columns it stands for, by `key`. */
  readonly covers: ReadonlySet<string>
}

/** The columns that an unqualified name can mean. */
export interface Names {
  readonly entries: readonly Entry[]
  readonly merged: readonly Merged[]
  /** What the merged columns stand for, by `key`. */
  readonly covered: ReadonlySet<string>
}

export const namesOf = (entries: readonly Entry[], merged: readonly Merged[] = []): Names => ({
  entries,
  merged,
  covered: new Set(merged.flatMap(({ covers }) => [...covers])),
})

/** Where aggregates may not stand, and why; undefined where they may. */
export type Place = 'WHERE' | 'ON' | 'GROUP BY' | 'an aggregate'

export interface Scope {
  readonly binding: Binding
  readonly parent?: Scope
  names: Names
  noAggregates?: Place
  sawAggregate: boolean
  /** Reads a column of a scope further out. */
  correlated: boolean
}

const NO_NAMES = namesOf([])

export function newScope(binding: Binding, parent?: Scope): Scope {
  return { binding, ...(parent && { parent }), names: NO_NAMES, sawAggregate: false, correlated: false }
}

/** The error at a node, with the word that stands there. */
export function fail(scope: { binding: Binding }, at: number, code: AdqlErrorCode, message: string, expected = '') {
  const { text } = scope.binding
  const token = /^(?:[A-Za-z]\w*|[\d.]+|'[^']{0,40}'?|"[^"]{0,40}"?|.)/.exec(text.slice(at, at + 60))?.[0] ?? ''
  return errorAt(text, at, code, message, { token, expected })
}

export const key = (source: BoundSource, position: number) => `${source.id}:${position}`

export function columnOf(entry: Entry, position: number, outer = 0): ColumnValue {
  entry.use(position)
  return {
    kind: 'column',
    source: entry.source,
    index: position,
    field: entry.fields[position],
    type: entry.types[position],
    outer,
  }
}

export const typesOf = (fields: readonly Field[]) => fields.map(typeOfField)

const sameName = (written: Identifier, name: string) => written.name.toLowerCase() === name.toLowerCase()

/** Positions of a column in one entry; of several that differ in case, a delimited name takes the exact one. */
function positionsIn(entry: Entry, { name, delimited }: Identifier): readonly number[] {
  const found = entry.positions.get(name.toLowerCase()) ?? []
  if (!delimited || found.length < 2) return found
  const exact = found.filter((position) => entry.fields[position].name === name)
  return exact.length > 0 ? exact : found
}

export interface Candidate {
  readonly value: BoundValue
  readonly field: Field
  readonly covers: ReadonlySet<string>
}

/** Everything that the unqualified name can mean here, without looking further out. */
export function candidates({ entries, merged, covered }: Names, name: Identifier, outer = 0): Candidate[] {
  const found: Candidate[] = []
  for (const one of merged)
    if (sameName(name, one.field.name)) found.push({ ...one, value: outer > 0 ? shifted(one.value, outer) : one.value })
  for (const entry of entries)
    for (const position of positionsIn(entry, name)) {
      const own = key(entry.source, position)
      if (covered.has(own)) continue
      found.push({ value: columnOf(entry, position, outer), field: entry.fields[position], covers: new Set([own]) })
    }
  return found
}

/** A merged column seen from a subquery. */
function shifted(value: BoundValue, outer: number): BoundValue {
  if (value.kind === 'column') return { ...value, outer }
  return value.kind === 'call' ? { ...value, args: value.args.map((arg) => shifted(arg, outer)) } : value
}

/** Entries that a qualifier (`t`, `schema.t`) names. */
export function qualified({ entries }: Names, qualifier: readonly Identifier[]): Entry[] {
  const name = qualifier[qualifier.length - 1]
  const schema = qualifier.length > 1 ? qualifier[qualifier.length - 2] : undefined
  const found = entries.filter(
    (entry) =>
      sameName(name, entry.name) && (!schema || (entry.schema !== undefined && sameName(schema, entry.schema))),
  )
  if (found.length < 2 || !name.delimited) return found
  const exact = found.filter((entry) => entry.name === name.name)
  return exact.length > 0 ? exact : found
}

const written = (name: readonly Identifier[]) =>
  name
    .map((part) => part.name)
    .join('.')
    .slice(0, 200)

/** The column that a name means, here or further out. */
export function findColumn(scope: Scope, name: readonly Identifier[], at: number): BoundValue {
  const column = name[name.length - 1]
  const qualifier = name.slice(0, -1)
  let knownQualifier = false
  let outer = 0
  for (let here: Scope | undefined = scope; here; here = here.parent, outer++) {
    let found: Candidate[]
    if (qualifier.length === 0) found = candidates(here.names, column, outer)
    else {
      const entries = qualified(here.names, qualifier)
      if (entries.length > 1)
        throw fail(
          scope,
          at,
          'ambiguous',
          `"${written(qualifier)}" stands for ${entries.length} tables in FROM; give them aliases`,
        )
      found = entries.length === 1 ? candidates(namesOf(entries), column, outer) : []
      // The nearest table of that name is meant, even if it has no such column.
      if (entries.length === 1 && found.length === 0) knownQualifier = true
    }
    if (found.length > 1)
      throw fail(
        scope,
        at,
        'ambiguous',
        `the column "${written(name)}" is in ${found.length} places of FROM: ${places(here, found)}`,
      )
    if (found.length === 1) {
      let crossed: Scope | undefined = scope
      for (let i = 0; i < outer; i++, crossed = crossed!.parent) crossed!.correlated = true
      return found[0].value
    }
    if (knownQualifier) break
  }
  throw unknownColumn(scope, name, at, knownQualifier)
}

function places(scope: Scope, found: readonly Candidate[]): string {
  const sources = found.map(({ value }) => {
    const entry = value.kind === 'column' && scope.names.entries.find(({ source }) => source === value.source)
    return entry ? entry.name : 'a joined column'
  })
  return `${[...new Set(sources)].join(', ')}; write its table before it`
}

function unknownColumn(scope: Scope, name: readonly Identifier[], at: number, knownQualifier: boolean) {
  const qualifier = name.slice(0, -1)
  const column = name[name.length - 1]
  const scopes: Scope[] = []
  for (let here: Scope | undefined = scope; here; here = here.parent) {
    const asked = knownQualifier && qualified(here.names, qualifier).length > 0
    // Only the nearest table of that name was asked.
    if (asked) scopes.length = 0
    scopes.push(here)
    if (asked) break
  }
  const entries = scopes.flatMap(({ names }) => names.entries)
  if (qualifier.length > 0 && !knownQualifier) {
    const near = suggestion(
      qualifier[qualifier.length - 1].name,
      entries.map((entry) => entry.name),
    )
    return fail(scope, at, 'unknown-table', `no table "${written(qualifier)}" stands in FROM${near}`, 'a table of FROM')
  }
  const searched =
    qualifier.length > 0 ? entries.filter((entry) => sameName(qualifier[qualifier.length - 1], entry.name)) : entries
  const fields = searched.flatMap((entry) => entry.fields.map((field) => field.name))
  const near = suggestion(column.name, fields)
  const quotes =
    column.delimited && qualifier.length === 0 && near === '' ? '; strings stand between single quotes' : ''
  const tables = [...new Set(searched.map((entry) => entry.name))].slice(0, 3).join(', ')
  return fail(
    scope,
    at,
    'unknown-column',
    `no column "${column.name.slice(0, 100)}" in ${tables || 'the tables of FROM'}${near}${quotes}`,
    'a column name',
  )
}
