// What one emission carries: the dialect, the bindings, the parameters so far, and the helpers that every part of the
// walk uses. Nothing of the user's text reaches the SQL but as a parameter or a number printed anew.

import type { Table } from '#src/votable'
import type { BoundRows, BoundSource, BoundValue } from '../bound.ts'
import { AdqlError } from '../errors.ts'
import type { AdqlType } from '../types.ts'
import type { Bindings, Sql, SqlValue, TableBinding } from './bindings.ts'
import type { Predicates } from './predicates.ts'

/** Expressions and statements are strings; parameters are numbered, so parts may be made in any order. */
export interface Context {
  readonly dialect: Dialect
  binding(table: Table): TableBinding
  /** The placeholder of a value; equal values share one. */
  param(value: SqlValue, type: ParamType): string
  /** A binding's SQL with its placeholders numbered on. */
  insert(sql: Sql): string
  value(value: BoundValue): string
  /** The value with the store's type for `type`. */
  as(value: BoundValue, type: AdqlType): string
  /** `shown`: with the column that says whether a row may be shown (guard.ts). */
  rows(rows: BoundRows, most?: number, shown?: boolean): string
  readonly params: SqlValue[]
  /** Ids of the tables of FROM and WITH that are asked which rows they may show, and of those that are kept apart (guard.ts). */
  readonly guards: Set<number>
  readonly fences: Set<number>
}

/** `spoly` is given as text. */
export type ParamType = 'text' | 'double' | 'bigint' | 'spoly' | 'bigints'

/** A geometry's parts as SQL expressions, degrees. */
export type Parts =
  | { readonly kind: 'point'; readonly lon: string; readonly lat: string }
  | { readonly kind: 'circle'; readonly lon: string; readonly lat: string; readonly radius: string }
  | { readonly kind: 'polygon'; readonly coordinates: readonly string[] }
  /** Text in DALI's or STC-S form. */
  | { readonly kind: 'text'; readonly text: string }

/** Where two databases differ. Arguments and answers are SQL expressions that may stand anywhere without more parentheses. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgres'
  /** Most parameters of a statement. */
  readonly mostParams: number
  placeholder(n: number, type: ParamType): string
  boolean(value: boolean): string
  double(value: number): string
  nullOf(type: AdqlType): string
  cast(expression: string, from: AdqlType, to: AdqlType, length?: number): string
  arithmetic(operator: '+' | '-' | '*' | '/', left: string, right: string, integer: boolean): string
  /** Where order matters for text: comparisons, sorting, MIN and MAX. */
  ordered(text: string): string
  like(operand: string, pattern: BoundValue, context: Context, ignoreCase: boolean): string
  /** Condition -> 1, 0, NULL. */
  indicator(condition: string): string
  noLimit: string
  exceptAll(operator: 'except' | 'intersect', left: string, right: string, columns: readonly string[]): string
  distance(lon1: string, lat1: string, lon2: string, lat2: string): string
  readonly predicates: Predicates
  /** A geometry as text for results, area, centroid and so on. */
  text(parts: Parts): string
  /** Functions of functions.ts and aggregates, by their names there; those of SQL in every database are missing here. */
  readonly calls: Readonly<Record<string, (...args: string[]) => string>>
  aggregate(name: string, distinct: boolean, args: readonly string[], type: AdqlType, of: AdqlType | undefined): string
}

export function createContext(
  dialect: Dialect,
  bindings: Bindings,
  walk: {
    value(context: Context, value: BoundValue): string
    as(context: Context, value: BoundValue, type: AdqlType): string
    rows(context: Context, rows: BoundRows, most?: number, shown?: boolean): string
  },
): Context {
  const params: SqlValue[] = []
  const known = new Map<string, string>()
  const tables = new Map<Table, TableBinding>()
  const add = (value: SqlValue, type?: ParamType) => {
    if (params.length >= dialect.mostParams)
      throw new AdqlError('too-many', `a query has at most ${dialect.mostParams} different texts`)
    if (typeof value === 'string' && value.includes('\0'))
      throw new AdqlError('bad-value', 'a text in a query has no NUL characters')
    params.push(value)
    return type === undefined
      ? `${dialect.name === 'sqlite' ? '?' : '$'}${params.length}`
      : dialect.placeholder(params.length, type)
  }
  const context: Context = {
    dialect,
    params,
    guards: new Set(),
    fences: new Set(),
    binding(table) {
      let binding = tables.get(table)
      if (!binding) tables.set(table, (binding = bindings.table(table)))
      return binding
    },
    param(value, type) {
      const key = `${type} ${typeof value} ${value}`
      let placeholder = known.get(key)
      if (placeholder === undefined) known.set(key, (placeholder = add(value, type)))
      return placeholder
    },
    insert({ text, params: values }) {
      if (values.length === 0) return text
      let next = 0
      // Quoted names and texts of the binding may hold question marks.
      return text.replace(/'[^']*'|"[^"]*"|\?/g, (part) => (part === '?' ? add(values[next++]) : part))
    },
    value: (value) => walk.value(context, value),
    as: (value, type) => walk.as(context, value, type),
    rows: (rows, most, shown) => walk.rows(context, rows, most, shown),
  }
  return context
}

export function quote(name: string): string {
  if (name.includes('\0')) throw new AdqlError('bad-value', 'a name in a query has no NUL characters')
  return `"${name.replaceAll('"', '""')}"`
}

/** The alias of a source: ids only, never a name of the user's. */
export const alias = ({ id }: BoundSource | { readonly id: number }) => `t${id}`

/** `a AND (b AND c)`, balanced: SQLite bounds the depth of expressions. */
export function balanced(parts: readonly string[], operator: string): string {
  if (parts.length === 1) return parts[0]
  const middle = parts.length >> 1
  return `(${balanced(parts.slice(0, middle), operator)}${operator}${balanced(parts.slice(middle), operator)})`
}
