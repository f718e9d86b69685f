// Rows of the tables that queries see, straight from the bindings, by the table's whole name.

import { ANONYMOUS, type Principal } from '#src/rights'
import { CATALOG_TABLES, catalogBindings } from '../../origin/catalog/tables/bindings.ts'
import type { Rows } from './catalogs.ts'

export interface TableReader {
  readonly rows: Rows
  readonly dialect: 'sqlite' | 'postgres'
  readonly nowMs: number
  readonly principal?: Principal
}

export function fromItem({ dialect, nowMs, principal = ANONYMOUS }: Omit<TableReader, 'rows'>, name: string) {
  const table = CATALOG_TABLES.flatMap(({ tables }) => tables).find((each) => `${each.schema}.${each.name}` === name)
  if (!table) throw new Error(`there is no table ${name}`)
  const options = { dialect, nowMs, principal, base: 'https://sky.example', authority: 'skyedge.example' }
  return catalogBindings(options)
    .table(table)
    .from(table.columns.map((column) => column.name))
}

/** Names of columns are in lower case, whole numbers are numbers. */
export async function tableRows(reader: TableReader, name: string, where = ''): Promise<Record<string, unknown>[]> {
  const { text, params } = fromItem(reader, name)
  return reader.rows(`SELECT * FROM ${text} AS x ${where}`, params)
}
