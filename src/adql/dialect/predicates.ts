// What a dialect says about geometry.

import type { BoundSource, Shape } from '../bound.ts'
import type { Context, Parts } from './context.ts'

/** An indexed column, or pair of columns, of one table in the query. */
export interface Indexed {
  readonly source: BoundSource
  /** A pair of coordinates; otherwise a region. */
  readonly position: boolean
  /** The hidden column with the machine form, qualified. */
  readonly machine?: string
  readonly rtree?: { readonly table: string; readonly key: string }
}

/** One side of a predicate: what it is, and the index that it brings. */
export interface Side {
  readonly parts: Parts
  /** Where it is constant. */
  readonly shape?: Exclude<Shape, { kind: 'moc' }>
  /** The hidden column of a region column, qualified. */
  readonly machine?: string
  readonly indexed?: Indexed
}

export interface Predicates {
  contains(context: Context, inner: Side, outer: Side): string
  intersects(context: Context, a: Side, b: Side): string
  /** `exact`, with the index asked first for what can meet `other` at all. */
  indexed(context: Context, indexed: Indexed, other: Side, exact: string): string
  /** `exact`, with the index asked first for positions near the point; the radius in degrees, where constant as a number too. */
  near(
    context: Context,
    indexed: Indexed,
    point: Side,
    radius: string,
    constant: number | undefined,
    exact: string,
  ): string
  inMoc(context: Context, ascii: string, lon: string, lat: string): string
}
