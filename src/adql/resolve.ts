// Names and types: a syntax tree and the tables that there are become a bound tree. Nothing here knows SQL.

import type { Table, TableSet } from '#src/votable'
import type { Query } from './ast.ts'
import { bindRows } from './bind-rows.ts'
import type { BoundQuery, CommonRows } from './bound.ts'
import { tableIndex } from './schema.ts'
import { type Binding, fail, nextId } from './scope.ts'

export interface ResolveOptions {
  /** What can be asked; looked through once and remembered as long as the value lives. */
  readonly tables: TableSet
  /** Tables of TAP_UPLOAD, of this query only. */
  readonly uploads?: readonly Table[]
}

export function resolveAdql(query: Query, { tables, uploads }: ResolveOptions): BoundQuery {
  const binding: Binding = {
    text: query.text,
    index: tableIndex(tables, uploads),
    common: [],
    read: new Set(),
    nextId: 0,
    mocs: 0,
  }
  const common: CommonRows[] = []
  for (const { name, rows } of query.with) {
    if (binding.common.some((one) => one.name.toLowerCase() === name.name.toLowerCase()))
      throw fail({ binding }, name.at, 'ambiguous', `WITH has two tables "${name.name.slice(0, 100)}"`, 'another name')
    const bound = { id: nextId(binding), name: name.name, rows: bindRows(rows, binding) }
    common.push(bound)
    binding.common.push(bound)
  }
  const rows = bindRows(query.rows, binding)
  return { fields: rows.columns.map(({ field }) => field), with: common, rows, tables: [...binding.read] }
}
