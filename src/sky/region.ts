// Regions of the sphere, as DALI names them: circle, polygon (great-circle edges) and SODA's range.
// Radians; the frame is the caller's (ICRS in every service). Boundaries belong to the region, within rounding.

import { type LonLat, normalizeLon, TWO_PI } from './angle.ts'
import { SkyError } from './errors.ts'
import { type PreparedPolygon, preparePolygon } from './polygon.ts'
import { separationRad } from './vector.ts'

/** Everything within radiusRad of a centre; radius 0 to pi. */
export interface Circle {
  readonly kind: 'circle'
  readonly lonRad: number
  readonly latRad: number
  readonly radiusRad: number
}

/** Great-circle edges, either winding; the inside is the part that fits in a hemisphere. */
export interface Polygon {
  readonly kind: 'polygon'
  readonly vertices: readonly LonLat[]
}

/** Between two longitudes, eastwards from the first (past 0 where it is the larger), and two latitudes. */
export interface Range {
  readonly kind: 'range'
  readonly lonMinRad: number
  readonly lonMaxRad: number
  readonly latMinRad: number
  readonly latMaxRad: number
}

export type Region = Circle | Polygon | Range

const prepared = new WeakMap<Polygon, PreparedPolygon>()

/** The polygon with its vectors, winding and bounding circle; made once per object (regions are immutable). */
export function prepare(polygon: Polygon): PreparedPolygon {
  let shape = prepared.get(polygon)
  if (!shape) {
    shape = preparePolygon(polygon.vertices)
    prepared.set(polygon, shape)
  }
  return shape
}

/** Throws SkyError('bad-region' | 'too-large') for what is no region: for input from outside. */
export function checkRegion<R extends Region>(region: R): R {
  const shape: Region = region
  if (shape.kind === 'polygon') {
    prepare(shape)
  } else {
    const numbers =
      shape.kind === 'circle'
        ? [shape.lonRad, shape.latRad, shape.radiusRad]
        : [shape.lonMinRad, shape.lonMaxRad, shape.latMinRad, shape.latMaxRad]
    if (!numbers.every(Number.isFinite))
      throw new SkyError('bad-region', `a ${shape.kind} needs finite numbers, got ${numbers.join(' ')}`)
    if (shape.kind === 'circle' && !(shape.radiusRad >= 0 && shape.radiusRad <= Math.PI))
      throw new SkyError('bad-region', `a circle's radius is 0 to pi radians, got ${shape.radiusRad}`)
    if (shape.kind === 'range' && shape.latMinRad > shape.latMaxRad)
      throw new SkyError('bad-region', `a range's first latitude is the smaller, got ${numbers[2]} and ${numbers[3]}`)
  }
  return region
}

/** Longitude interval of a range: start in [0, 2 pi), width in [0, 2 pi]. */
export function lonInterval(range: Range): { start: number; width: number } {
  const start = normalizeLon(range.lonMinRad)
  if (range.lonMaxRad - range.lonMinRad >= TWO_PI) return { start, width: TWO_PI }
  return { start, width: normalizeLon(range.lonMaxRad - range.lonMinRad) }
}

export function rangeContains(range: Range, lonRad: number, latRad: number): boolean {
  if (!(latRad >= range.latMinRad && latRad <= range.latMaxRad)) return false
  // At a pole every longitude is the same place.
  if (Math.abs(latRad) >= Math.PI / 2) return true
  const { start, width } = lonInterval(range)
  const east = normalizeLon(lonRad - start)
  return east <= width
}

export function contains(region: Region, lonRad: number, latRad: number): boolean {
  switch (region.kind) {
    case 'circle':
      return separationRad(region.lonRad, region.latRad, lonRad, latRad) <= region.radiusRad
    case 'polygon': {
      const cosLat = Math.cos(latRad)
      return prepare(region).contains(cosLat * Math.cos(lonRad), cosLat * Math.sin(lonRad), Math.sin(latRad))
    }
    case 'range':
      return rangeContains(region, lonRad, latRad)
  }
}

/** +1 where the vertices turn counter-clockwise seen from outside the sphere, -1 where they do seen from inside (DALI's way). */
export function polygonTurn(polygon: Polygon): 1 | -1 {
  return prepare(polygon).turn
}
