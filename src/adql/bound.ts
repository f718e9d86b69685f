// The bound tree: a query whose names are looked up and whose types are known; what the dialects walk.
// Angles are degrees, ICRS. Sources have ids that are unique in the whole query (aliases for SQL come from them, never from
// the user's text). Columns of a derived or common table are known by their position, because ADQL lets names repeat.

import type { Column, Field, Table } from '#src/votable'
import type { ComparisonOperator } from './ast.ts'
import type { AdqlType } from './types.ts'

export interface BoundQuery {
  /** The output columns, with unit, ucd, utype and description of the columns that they show. */
  readonly fields: readonly Field[]
  /** In the order of their definition; a later one may use an earlier one. */
  readonly with: readonly CommonRows[]
  readonly rows: BoundRows
  /** Every stored or uploaded table that is read, once. */
  readonly tables: readonly Table[]
}

export interface CommonRows {
  readonly id: number
  readonly name: string
  readonly rows: BoundRows
}

/** Rows in order: body, ORDER BY, OFFSET, and then TOP as the limit (ADQL 2.1 §4.9: OFFSET is applied first). */
export interface BoundRows {
  readonly body: BoundSelect | BoundSet
  readonly orderBy: readonly BoundOrder[]
  readonly offset?: number
  /** TOP, where the body is one SELECT. */
  readonly limit?: number
  /** The columns of these rows, by position. */
  readonly columns: readonly OutputColumn[]
  /** Reads columns of a surrounding query. */
  readonly correlated: boolean
}

export interface OutputColumn {
  readonly field: Field
  readonly type: AdqlType
}

export interface BoundSet {
  readonly kind: 'set'
  readonly operator: 'union' | 'except' | 'intersect'
  readonly all: boolean
  readonly left: BoundRows
  readonly right: BoundRows
}

export interface BoundSelect {
  readonly kind: 'select'
  readonly distinct: boolean
  /** One per output column, `*` expanded. */
  readonly items: readonly BoundValue[]
  /** Two or more: every combination (the commas of FROM). */
  readonly from: readonly BoundFrom[]
  readonly where?: BoundCondition
  readonly groupBy: readonly BoundKey[]
  readonly having?: BoundCondition
  /** There is a GROUP BY, a HAVING or an aggregate. */
  readonly grouped: boolean
}

/** A value to group or sort by; `item` says that output column (from 0) it is, where it is one. */
export interface BoundKey {
  readonly value: BoundValue
  readonly item?: number
}

/** In a set operation's ORDER BY `item` is always there and `value` is not. */
export interface BoundOrder {
  readonly value?: BoundValue
  readonly item?: number
  readonly type: AdqlType
  readonly descending: boolean
}

export type BoundFrom = BoundSource | BoundJoin

export interface BoundJoin {
  readonly kind: 'join'
  readonly join: 'inner' | 'left' | 'right' | 'full' | 'cross'
  readonly left: BoundFrom
  readonly right: BoundFrom
  /** NATURAL and USING are equalities here; absent only for `cross`. */
  readonly on?: BoundCondition
}

export type BoundSource = BoundTable | BoundDerived | BoundCommon

export interface BoundTable {
  readonly kind: 'table'
  readonly id: number
  readonly table: Table
  /** The columns that the query reads, each once; may be empty (`COUNT(*)`). */
  readonly used: readonly Column[]
}

export interface BoundDerived {
  readonly kind: 'derived'
  readonly id: number
  readonly rows: BoundRows
}

/** A table of the WITH clause. */
export interface BoundCommon {
  readonly kind: 'common'
  readonly id: number
  readonly common: CommonRows
}

/** A constant geometry: checked, longitude in [0, 360), latitude in [-90, 90], ICRS. */
export type Shape =
  | { readonly kind: 'point'; readonly lonDeg: number; readonly latDeg: number }
  | { readonly kind: 'circle'; readonly lonDeg: number; readonly latDeg: number; readonly radiusDeg: number }
  /** lon, lat, lon, lat, …; three vertices or more, great-circle edges, fits in a hemisphere. */
  | { readonly kind: 'polygon'; readonly verticesDeg: readonly number[] }
  /** ASCII form (MOC 2.0 §4.3.2), normalised. */
  | { readonly kind: 'moc'; readonly ascii: string }

export type BoundValue =
  | {
      readonly kind: 'literal'
      readonly type: AdqlType /** timestamps as ISO text without zone */
      readonly value: LiteralValue
    }
  | ColumnValue
  /** `%` is the call `MOD`. Integers divide to integers. */
  | {
      readonly kind: 'arithmetic'
      readonly operator: '+' | '-' | '*' | '/'
      readonly left: BoundValue
      readonly right: BoundValue
      readonly type: AdqlType
      /** Where it is known although the parts do not say it (IN_UNIT). */
      readonly unit?: string
    }
  | { readonly kind: 'negate'; readonly operand: BoundValue; readonly type: AdqlType }
  | { readonly kind: 'concat'; readonly parts: readonly BoundValue[]; readonly type: 'string' }
  /** A function of functions.ts under its name there (`ABS`, `COALESCE`, `DISTANCE`, `ivo_to_mjd`, …). */
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly BoundValue[]; readonly type: AdqlType }
  /** COUNT AVG MIN MAX SUM ivo_string_agg ivo_histogram; no args: COUNT(*). */
  | {
      readonly kind: 'aggregate'
      readonly name: string
      readonly distinct: boolean
      readonly args: readonly BoundValue[]
      readonly type: AdqlType
    }
  | { readonly kind: 'cast'; readonly operand: BoundValue; readonly type: AdqlType; readonly length?: number }
  | { readonly kind: 'subquery'; readonly rows: BoundRows; readonly type: AdqlType }
  /** 1, 0 or NULL: CONTAINS and INTERSECTS where a number is wanted. */
  | { readonly kind: 'indicator'; readonly condition: BoundCondition; readonly type: 'int' }
  /** A constant geometry. */
  | { readonly kind: 'shape'; readonly shape: Shape; readonly type: 'point' | 'circle' | 'polygon' | 'moc' }
  /** Geometry made of values that are not all constant. BOX arrives as the polygon of its corners where constant. */
  | { readonly kind: 'point'; readonly lon: BoundValue; readonly lat: BoundValue; readonly type: 'point' }
  | { readonly kind: 'circle'; readonly center: BoundValue; readonly radius: BoundValue; readonly type: 'circle' }
  | { readonly kind: 'polygon' /** points */; readonly vertices: readonly BoundValue[]; readonly type: 'polygon' }

export type LiteralValue = string | number | bigint | boolean | null

export interface ColumnValue {
  readonly kind: 'column'
  readonly source: BoundSource
  /** Position in the table's columns or in the rows' columns. */
  readonly index: number
  readonly field: Field
  readonly type: AdqlType
  /** How many queries further out the source stands: 0 here, 1 in the query around this subquery, … */
  readonly outer: number
}

export type BoundCondition =
  | { readonly kind: 'and' | 'or'; readonly terms: readonly BoundCondition[] }
  | { readonly kind: 'not'; readonly operand: BoundCondition }
  | {
      readonly kind: 'compare'
      readonly operator: ComparisonOperator
      readonly left: BoundValue
      readonly right: BoundValue
    }
  | {
      readonly kind: 'between'
      readonly operand: BoundValue
      readonly low: BoundValue
      readonly high: BoundValue
      readonly negated: boolean
    }
  | {
      readonly kind: 'in'
      readonly operand: BoundValue
      readonly items: readonly BoundValue[]
      readonly negated: boolean
    }
  | { readonly kind: 'inRows'; readonly operand: BoundValue; readonly rows: BoundRows; readonly negated: boolean }
  | {
      readonly kind: 'like'
      readonly operand: BoundValue
      readonly pattern: BoundValue
      readonly ignoreCase: boolean
      readonly negated: boolean
    }
  | { readonly kind: 'isNull'; readonly operand: BoundValue; readonly negated: boolean }
  | { readonly kind: 'exists'; readonly rows: BoundRows }
  /** `inside` wholly in `region`; a point in a circle arrives as `within` instead. */
  | { readonly kind: 'contains'; readonly inside: BoundValue; readonly region: BoundValue; readonly negated: boolean }
  /** Neither side is a point (that arrives as `contains` or `within`). */
  | { readonly kind: 'intersects'; readonly left: BoundValue; readonly right: BoundValue; readonly negated: boolean }
  /**
   * The two points are at most (`inclusive`) or less than `radius` degrees apart: DISTANCE < r, DISTANCE <= r, their mirror
   * images, CONTAINS(point, circle). `negated` for >= and >. Where one side is constant it is `right`.
   */
  | {
      readonly kind: 'within'
      readonly left: BoundValue
      readonly right: BoundValue
      readonly radius: BoundValue
      readonly inclusive: boolean
      readonly negated: boolean
    }
  /** Known from the text alone, such as CONTAINS of two constants. NULL is unknown. */
  | { readonly kind: 'constant'; readonly value: boolean | null }
