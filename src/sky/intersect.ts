// Do two regions share a point? Exact for circles, great-circle polygons and ranges (whose edges are meridians
// and parallels): their outlines cross, or one holds a point of the other.

import { normalizeLon, TWO_PI } from './angle.ts'
import { bounds } from './bounds.ts'
import type { PreparedPolygon } from './polygon.ts'
import {
  type Circle,
  contains,
  lonInterval,
  type Polygon,
  prepare,
  type Range,
  type Region,
  rangeContains,
} from './region.ts'
import { cross, dot, lonLatToVector, separationRad, triple, vectorSeparationRad, vectorToLonLat } from './vector.ts'

type Arc = readonly [Float64Array, Float64Array]

export function regionsIntersect(a: Region, b: Region): boolean {
  if (a.kind === 'circle') {
    if (b.kind === 'circle') return separationRad(a.lonRad, a.latRad, b.lonRad, b.latRad) <= a.radiusRad + b.radiusRad
    return b.kind === 'polygon' ? circleMeetsPolygon(a, b) : circleMeetsRange(a, b)
  }
  if (b.kind === 'circle') return regionsIntersect(b, a)
  if (!circlesMeet(bounds(a), bounds(b))) return false
  if (a.kind === 'polygon') return b.kind === 'polygon' ? polygonsMeet(a, b) : polygonMeetsRange(a, b)
  return b.kind === 'polygon' ? polygonMeetsRange(b, a) : rangesMeet(a, b)
}

function circlesMeet(a: Circle, b: Circle): boolean {
  return separationRad(a.lonRad, a.latRad, b.lonRad, b.latRad) <= a.radiusRad + b.radiusRad
}

function edges(polygon: PreparedPolygon): Arc[] {
  const { vectors } = polygon
  return vectors.map((v, i) => [v, vectors[(i + 1) % vectors.length]])
}

/** Shortest way from a point to a great-circle arc shorter than pi. */
export function distanceToArcRad(p: ArrayLike<number>, [a, b]: Arc): number {
  const pole = cross(a, b)
  const length = Math.hypot(pole[0], pole[1], pole[2])
  // The foot of the perpendicular lies on the arc when p is between the planes through the pole and either end.
  if (length > 0 && triple(pole, a, p) >= 0 && triple(pole, b, p) <= 0) {
    const height = dot(pole, p) / length
    const along = cross(pole, p)
    return Math.atan2(Math.abs(height), Math.hypot(along[0], along[1], along[2]) / length)
  }
  return Math.min(vectorSeparationRad(p, a), vectorSeparationRad(p, b))
}

function arcsCross([a, b]: Arc, [c, d]: Arc): boolean {
  const abc = triple(a, b, c)
  const abd = triple(a, b, d)
  if (abc * abd > 0) return false
  const cda = triple(c, d, a)
  const cdb = triple(c, d, b)
  if (cda * cdb > 0) return false
  if (abc === 0 && abd === 0)
    return [c, d].some((p) => distanceToArcRad(p, [a, b]) === 0) || distanceToArcRad(a, [c, d]) === 0
  // Both straddle the other's great circle: at the same of its two crossings, not at antipodal ones.
  const meeting = cross(cross(a, b), cross(c, d))
  return dot(meeting, a) + dot(meeting, b) >= 0 === dot(meeting, c) + dot(meeting, d) >= 0
}

function circleMeetsPolygon(circle: Circle, polygon: Polygon): boolean {
  const shape = prepare(polygon)
  const p = lonLatToVector(circle.lonRad, circle.latRad)
  if (vectorSeparationRad(p, shape.centre) > circle.radiusRad + shape.radiusRad) return false
  return shape.contains(p[0], p[1], p[2]) || edges(shape).some((arc) => distanceToArcRad(p, arc) <= circle.radiusRad)
}

function polygonsMeet(a: Polygon, b: Polygon): boolean {
  const shapeA = prepare(a)
  const shapeB = prepare(b)
  const [firstA] = shapeA.vectors
  const [firstB] = shapeB.vectors
  if (shapeA.contains(firstB[0], firstB[1], firstB[2]) || shapeB.contains(firstA[0], firstA[1], firstA[2])) return true
  // Only edges that reach the other's bounding circle can cross it.
  const reach = (arcs: Arc[], other: PreparedPolygon) =>
    arcs.filter((arc) => distanceToArcRad(other.centre, arc) <= other.radiusRad + 1e-12)
  const arcsB = reach(edges(shapeB), shapeA)
  return reach(edges(shapeA), shapeB).some((arcA) => arcsB.some((arcB) => arcsCross(arcA, arcB)))
}

function corners(range: Range): { lonRad: number; latRad: number }[] {
  const { start, width } = lonInterval(range)
  return [range.latMinRad, range.latMaxRad].flatMap((latRad) => [
    { lonRad: start, latRad },
    { lonRad: start + width, latRad },
  ])
}

/** The two sides along meridians; none where the range goes all round. Halved, so that each is shorter than pi. */
function meridians(range: Range): Arc[] {
  const { start, width } = lonInterval(range)
  if (width >= TWO_PI) return []
  const middle = (range.latMinRad + range.latMaxRad) / 2
  return [start, start + width].flatMap((lon) => {
    const [low, mid, high] = [range.latMinRad, middle, range.latMaxRad].map((lat) => lonLatToVector(lon, lat))
    return [[low, mid] as const, [mid, high] as const]
  })
}

function circleMeetsRange(circle: Circle, range: Range): boolean {
  if (rangeContains(range, circle.lonRad, circle.latRad)) return true
  const { start, width } = lonInterval(range)
  const p = lonLatToVector(circle.lonRad, circle.latRad)
  let distance = Math.min(...meridians(range).map((arc) => distanceToArcRad(p, arc)), Math.PI)
  // Nearest point of a parallel: at the circle's own longitude; beyond its ends the meridians are as near.
  if (normalizeLon(circle.lonRad - start) <= width)
    distance = Math.min(distance, Math.abs(circle.latRad - range.latMinRad), Math.abs(circle.latRad - range.latMaxRad))
  return distance <= circle.radiusRad
}

/** Does a great-circle arc meet the parallel at `latRad` within the longitudes of the range? */
function arcMeetsParallel([a, b]: Arc, latRad: number, range: Range): boolean {
  // On the arc v(t) = a cos t + u sin t, 0 <= t <= length, the height z is a sine: z = k cos(t - t0).
  const length = vectorSeparationRad(a, b)
  const cos = dot(a, b)
  const sin = Math.sin(length)
  if (sin === 0) return false
  const u = Float64Array.from(a, (value, i) => (b[i] - cos * value) / sin)
  const k = Math.hypot(a[2], u[2])
  const ratio = Math.sin(latRad) / k
  if (!(Math.abs(ratio) <= 1)) return false
  const t0 = Math.atan2(u[2], a[2])
  const { start, width } = lonInterval(range)
  return [t0 + Math.acos(ratio), t0 - Math.acos(ratio)].some((root) => {
    const t = normalizeLon(root)
    if (t > length) return false
    const at = vectorToLonLat(Float64Array.from(a, (value, i) => value * Math.cos(t) + u[i] * Math.sin(t)))
    return normalizeLon(at.lonRad - start) <= width
  })
}

function polygonMeetsRange(polygon: Polygon, range: Range): boolean {
  if (rangeContains(range, polygon.vertices[0].lonRad, polygon.vertices[0].latRad)) return true
  if (corners(range).some(({ lonRad, latRad }) => contains(polygon, lonRad, latRad))) return true
  const sides = meridians(range)
  return edges(prepare(polygon)).some(
    (edge) =>
      sides.some((side) => arcsCross(edge, side)) ||
      arcMeetsParallel(edge, range.latMinRad, range) ||
      arcMeetsParallel(edge, range.latMaxRad, range),
  )
}

function rangesMeet(a: Range, b: Range): boolean {
  const low = Math.max(a.latMinRad, b.latMinRad)
  const high = Math.min(a.latMaxRad, b.latMaxRad)
  if (low > high) return false
  if (high >= Math.PI / 2 || low <= -Math.PI / 2) return true
  const first = lonInterval(a)
  const second = lonInterval(b)
  return (
    normalizeLon(second.start - first.start) <= first.width || normalizeLon(first.start - second.start) <= second.width
  )
}
