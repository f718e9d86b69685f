// Looking up tables and columns by name. Names are compared without case; a delimited name prefers its exact spelling, so
// that tables whose names differ only in case can all be reached. What is not found is answered with what is near it.

import type { Field, Table, TableSet } from '#src/votable'

export interface TableIndex {
  readonly tables: readonly Table[]
  /** By `table` and by `schema.table`, lower case. */
  readonly byName: ReadonlyMap<string, readonly Table[]>
}

function indexOf(tables: readonly Table[]): TableIndex {
  const byName = new Map<string, Table[]>()
  const add = (name: string, table: Table) => {
    const found = byName.get(name)
    if (found) found.push(table)
    else byName.set(name, [table])
  }
  for (const table of tables) {
    const name = table.name.toLowerCase()
    add(name, table)
    add(`${table.schema.toLowerCase()}.${name}`, table)
  }
  return { tables, byName }
}

const indices = new WeakMap<TableSet, TableIndex>()

/** Made once for a table set: table sets are constants. */
function ofTableSet(tables: TableSet): TableIndex {
  let found = indices.get(tables)
  if (!found) {
    found = indexOf(tables.flatMap((schema) => schema.tables))
    indices.set(tables, found)
  }
  return found
}

export function tableIndex(tables: TableSet, uploads: readonly Table[] = []): TableIndex {
  const stored = ofTableSet(tables)
  if (uploads.length === 0) return stored
  const own = indexOf(uploads)
  const byName = new Map(stored.byName)
  // An upload is found by its bare name only where no stored table has that name.
  for (const [name, found] of own.byName)
    if (name.includes('.') || !byName.has(name)) byName.set(name, [...(byName.get(name) ?? []), ...found])
  return { tables: [...stored.tables, ...uploads], byName }
}

const columnIndices = new WeakMap<Table, ReadonlyMap<string, readonly number[]>>()

/** Positions of the columns by lower-case name. */
export function columnIndex(fields: readonly Pick<Field, 'name'>[]): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>()
  fields.forEach(({ name }, i) => {
    const key = name.toLowerCase()
    const list = found.get(key)
    if (list) list.push(i)
    else found.set(key, [i])
  })
  return found
}

export function columnsOf(table: Table): ReadonlyMap<string, readonly number[]> {
  let found = columnIndices.get(table)
  if (!found) {
    found = columnIndex(table.columns)
    columnIndices.set(table, found)
  }
  return found
}

/** `; did you mean s_ra?`, or nothing. At most 64 characters are compared, with at most 5000 names. */
export function suggestion(name: string, known: Iterable<string>): string {
  const wanted = name.toLowerCase()
  if (wanted.length > 64) return ''
  const bare = wanted.replaceAll('_', '')
  let best: string | undefined
  let least = Math.min(4, Math.ceil(wanted.length / 2))
  let looked = 0
  for (const candidate of known) {
    if (++looked > 5000) break
    const other = candidate.toLowerCase()
    if (Math.abs(other.length - wanted.length) > 12) continue
    // `ra` for `s_ra`, `obsid` for `obs_id`: parts and underscores are what people forget.
    const part =
      wanted.length > 1 &&
      (other.endsWith(`_${wanted}`) || other.startsWith(`${wanted}_`) || other.replaceAll('_', '') === bare)
    const distance = part ? 0.5 : editDistance(wanted, other, least)
    if (distance < least) {
      least = distance
      best = candidate
    }
  }
  return best === undefined ? '' : `; did you mean ${best}?`
}

/** Levenshtein; `limit` where it is at least that. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return Math.min(row[b.length], limit)
}
