// Regions of the sphere, as DALI names them. Radians; the frame is the caller's (ICRS in every service).

import type { LonLat } from './angle.ts'

/** Everything within radiusRad of a centre; radius 0 to pi. */
export interface Circle {
  readonly kind: 'circle'
  readonly lonRad: number
  readonly latRad: number
  readonly radiusRad: number
}

/** Great-circle edges, either winding; the inside is the smaller part, and fits in a hemisphere. */
export interface Polygon {
  readonly kind: 'polygon'
  readonly vertices: readonly LonLat[]
}

/** SODA's RANGE: between two longitudes, eastwards from the first (past 0 where it is the larger), and two latitudes. */
export interface Range {
  readonly kind: 'range'
  readonly lonMinRad: number
  readonly lonMaxRad: number
  readonly latMinRad: number
  readonly latMaxRad: number
}

export type Region = Circle | Polygon | Range
