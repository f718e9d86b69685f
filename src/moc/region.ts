// Coverage of regions: every cell that a cone or a polygon touches.

import { type CoverOptions, coneRanges, polygonRanges } from '#src/healpix'
import type { LonLat } from '#src/sky'
import type { Moc } from './moc.ts'

/** Radians; radius 0 to pi. */
export function mocOfCone(
  order: number,
  lonRad: number,
  latRad: number,
  radiusRad: number,
  options?: CoverOptions,
): Moc {
  return { order, ranges: coneRanges(order, lonRad, latRad, radiusRad, options) }
}

/** Great-circle sides, within a hemisphere, either winding. */
export function mocOfPolygon(order: number, vertices: readonly LonLat[], options?: CoverOptions): Moc {
  return { order, ranges: polygonRanges(order, vertices, options) }
}
