// Schemas and tables as VODataService 1.2 §3.4 and TAP_SCHEMA (TAP 1.1 §4) know them. Definitions are data: rooms such as
// obscore, survey and caom2 state their tables once; ADQL resolves names by them, TAP_SCHEMA and /tables print them.

import type { Field } from './field.ts'

export interface Column extends Field {
  readonly description: string
  /** There is an index that a condition on it alone uses. */
  readonly indexed?: boolean
  /** Shown first by clients that show few (TAP 1.1 §4.3). */
  readonly principal?: boolean
  /** Defined by a standard. */
  readonly std?: boolean
}

export interface ForeignKey {
  /** `schema.table` */
  readonly target: string
  readonly columns: readonly { readonly from: string; readonly target: string }[]
  readonly description?: string
}

export interface Table {
  readonly schema: string
  /** Without the schema. */
  readonly name: string
  readonly kind: 'table' | 'view'
  readonly title?: string
  readonly description: string
  readonly utype?: string
  readonly columns: readonly Column[]
  readonly foreignKeys?: readonly ForeignKey[]
}

export interface Schema {
  readonly name: string
  readonly title?: string
  readonly description: string
  readonly utype?: string
  readonly tables: readonly Table[]
}

export type TableSet = readonly Schema[]
