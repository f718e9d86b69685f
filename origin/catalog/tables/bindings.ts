// From a table that a query names to the SELECT that gives its rows: only those that may be shown, only the columns that
// are asked for. What ADQL's emitter puts in its FROM clauses.

import { CAOM2_SCHEMA } from '#src/caom2'
import { IVOA_SCHEMA } from '#src/obscore'
import type { Principal } from '#src/rights'
import { restrictQuery } from '#src/rights'
import { SURVEY_SCHEMA } from '#src/survey'
import { TAP_SCHEMA, tapSchemaRows } from '#src/vosi'
import type { Column, Datatype, Table, TableSet } from '#src/votable'
import { caomViews } from './caom-views.ts'
import { type Fragment, join, literal, raw, sql } from './fragment.ts'
import { obscoreView } from './obscore-view.ts'
import type { SqlDialect } from './physical.ts'
import { surveyViews } from './survey-views.ts'
import type { View, ViewContext } from './views.ts'

/** Every table that a query may name, in the order that clients show them in. */
export const CATALOG_TABLES: TableSet = [IVOA_SCHEMA, SURVEY_SCHEMA, CAOM2_SCHEMA, TAP_SCHEMA]

export interface BindingOptions {
  readonly dialect: SqlDialect
  readonly principal: Principal
  readonly nowMs: number
  /** Address of the service as this client reaches it, without a slash at its end. */
  readonly base: string
  /** Naming authority of this publisher. */
  readonly authority: string
  /** The scope that rows about images that are not public ask for: that of the images, unless said otherwise. */
  readonly scope?: string
}

interface RTree {
  readonly table: string
  readonly key: string
}
export interface CatalogTable {
  from(columns: readonly string[], shown?: boolean): Fragment
  readonly shown?: string
  readonly regions?: Readonly<Record<string, { readonly machine: string; readonly rtree?: RTree }>>
  readonly positions?: readonly { lon: string; lat: string; machine?: string; rtree?: RTree }[]
}

const VIEWS: Readonly<Record<string, (context: ViewContext) => View>> = {
  'ivoa.obscore': obscoreView,
  ...named('survey', surveyViews),
  ...named('caom2', caomViews),
  ...named('tap_schema', tapSchemaViews()),
}

function named(schema: string, views: typeof surveyViews): typeof surveyViews {
  return Object.fromEntries(Object.entries(views).map(([name, view]) => [`${schema}.${name}`, view]))
}

export function catalogBindings(options: BindingOptions): { table(table: Table): CatalogTable } {
  const { principal, nowMs, scope } = options
  const context: ViewContext = { ...options, rights: restrictQuery(principal, nowMs, { scope }) }
  return {
    table({ schema, name, columns }) {
      const view = VIEWS[`${schema}.${name}`.toLowerCase()]?.(context)
      if (!view) throw new Error(`no rows are known for the table ${schema}.${name}`)
      return bound(view, columns, options.dialect)
    },
  }
}

function bound(view: View, known: readonly Column[], dialect: SqlDialect): CatalogTable {
  const rtree = dialect === 'sqlite' ? { table: 'product_boxes', key: 'product_key' } : undefined
  const machine = dialect === 'sqlite' ? 'footprint_bytes' : 's_region_poly'
  const { region, position } = view
  return {
    from: (asked, shown = false) => selectOf(view, known, asked, shown),
    ...(view.where && { shown: SHOWN }),
    ...(region && { regions: { [region]: { machine, rtree } } }),
    ...(position && {
      positions: [{ lon: position[0], lat: position[1], ...(rtree ? { rtree } : { machine: 's_point' }) }],
    }),
  }
}

const quoted = (name: string) => raw(`"${name}"`)
const SHOWN = 'row_shown'

/** A column of the definition that the view does not fill is not known of any row. */
const NULLS: Readonly<Partial<Record<Datatype, string>>> = {
  double: 'CAST(NULL AS DOUBLE PRECISION)',
  int: 'CAST(NULL AS INTEGER)',
  long: 'CAST(NULL AS BIGINT)',
  char: 'CAST(NULL AS TEXT)',
}

function selectOf(
  { from, where, columns, hidden = {} }: View,
  known: readonly Column[],
  asked: readonly string[],
  shown: boolean,
): Fragment {
  const chosen = asked.map((asked) => {
    const name = asked.toLowerCase()
    const value =
      columns[name] ?? NULLS[known.find((column) => column.name.toLowerCase() === name)?.datatype ?? 'char'] ?? 'NULL'
    return sql`${typeof value === 'string' ? raw(value) : value} AS ${quoted(name)}`
  })
  const machine = Object.entries(hidden).map(([name, value]) => sql`${raw(value)} AS ${quoted(name)}`)
  const list = [...chosen, ...machine]
  if (shown && where) list.push(sql`CASE WHEN ${where} THEN 1 ELSE 0 END AS ${quoted(SHOWN)}`)
  return sql`(SELECT ${list.length > 0 ? join(list, ', ') : raw('1 AS "one"')} FROM ${raw(from)}${
    where ? sql` WHERE ${where}` : raw('')
  })`
}

/** The rows of TAP_SCHEMA stand in the query itself: they are few, and so they are always those of this version. */
function tapSchemaViews(): typeof surveyViews {
  const rows = tapSchemaRows(CATALOG_TABLES)
  return Object.fromEntries(
    TAP_SCHEMA.tables.map(({ name, columns }) => {
      const values = rows[name].map(
        (row) => `(${row.map((cell) => literal(cell as string | number | null)).join(', ')})`,
      )
      const view: View = {
        from: `(VALUES ${values.join(', ')}) AS t`,
        columns: Object.fromEntries(
          columns.map((column, i) => [
            column.name,
            column.datatype === 'int' ? `CAST(column${i + 1} AS INTEGER)` : `CAST(column${i + 1} AS TEXT)`,
          ]),
        ),
      }
      return [name, () => view]
    }),
  )
}
