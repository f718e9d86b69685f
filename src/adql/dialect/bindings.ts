// What the emitter asks of those who know the physical tables, and what it gives: one statement with its parameters.

import type { Table } from '#src/votable'

export type SqlValue = string | number | bigint | null | Uint8Array

/** A statement with placeholders in the dialect's own form (`?1`, `$1`). */
export interface Sql {
  readonly text: string
  readonly params: readonly SqlValue[]
}

export interface Bindings {
  table(table: Table): TableBinding
}

export interface TableBinding {
  /**
   * A FROM item without alias: a name, or a parenthesised SELECT that gives the asked columns under their ADQL names
   * (lower case, quoted) beside the hidden ones named below; row rights are inside it. Placeholders are `?`, in order.
   * Types: timestamps ISO text, geometry DALI text, booleans 0/1 in SQLite and boolean in PostgreSQL.
   */
  from(columns: readonly string[], shown?: boolean): Sql
  /** Where rows are held back: the hidden column, given where `shown` is asked for, that is 1 for a row to show, else 0. */
  readonly shown?: string
  /**
   * Columns of type region, by ADQL name: the hidden column with the machine form (SQLite: BLOB of little-endian doubles
   * lon, lat in radians; PostgreSQL: spoly, never NULL-padded) and for SQLite the R-tree (id, x0, x1, y0, y1, z0, z1 of
   * unit vectors) with the hidden column that holds its ids.
   */
  readonly regions?: Readonly<Record<string, { readonly machine: string; readonly rtree?: RTree }>>
  /** Indexed positions: a pair of ADQL columns in degrees; the R-tree's boxes contain them (SQLite), or a hidden spoint (PostgreSQL). */
  readonly positions?: readonly {
    readonly lon: string
    readonly lat: string
    readonly machine?: string
    readonly rtree?: RTree
  }[]
}

export interface RTree {
  readonly table: string
  readonly key: string
}
