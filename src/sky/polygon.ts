// A spherical polygon made ready for questions. Great circles are straight lines in the gnomonic plane about the
// centre of its bounding circle, so the winding number is counted there; that needs a polygon within a hemisphere.

import type { LonLat } from './angle.ts'
import { SkyError } from './errors.ts'
import { dot, lonLatToVector, normalize, triple, vectorSeparationRad } from './vector.ts'

export const MAX_VERTICES = 10_000

export interface PreparedPolygon {
  /** Unit vectors of the vertices, x y z x y z ... */
  readonly vectors: readonly Float64Array[]
  readonly centre: Float64Array
  /** Bounding circle about `centre`: less than pi/2. */
  readonly radiusRad: number
  /** +1 where the vertices turn counter-clockwise seen from outside the sphere (clockwise on the sky), else -1. */
  readonly turn: 1 | -1
  readonly areaSr: number
  /** Of a unit vector. */
  contains(x: number, y: number, z: number): boolean
}

function bad(message: string): never {
  throw new SkyError('bad-region', message)
}

/**
 * Centre of a small circle about the vectors: steps towards the farthest one, each shorter than the last
 * (Badoiu & Clarkson 2003: within 1/n of the smallest after n steps).
 */
function circleAbout(vectors: readonly Float64Array[]): { centre: Float64Array; radiusRad: number } {
  const centre = new Float64Array(3)
  for (const v of vectors) for (let i = 0; i < 3; i++) centre[i] += v[i]
  if (Math.hypot(...centre) < 1e-12) return { centre: Float64Array.of(0, 0, 1), radiusRad: Math.PI }
  normalize(centre)
  const best = { centre: centre.slice(), radiusRad: Number.POSITIVE_INFINITY }
  for (let step = 1; step <= 60; step++) {
    let farthest = vectors[0]
    let least = 2
    for (const v of vectors) {
      const cos = dot(v, centre)
      if (cos < least) {
        least = cos
        farthest = v
      }
    }
    const radius = vectorSeparationRad(farthest, centre)
    if (radius < best.radiusRad) {
      best.centre.set(centre)
      best.radiusRad = radius
    }
    for (let i = 0; i < 3; i++) centre[i] += (farthest[i] - centre[i]) / (step + 1)
    normalize(centre)
  }
  return best
}

/** Twice the winding-signed area is summed as triangles from the centre (van Oosterom & Strackee 1983). */
function signedArea(vectors: readonly Float64Array[], centre: Float64Array): number {
  let area = 0
  for (let i = 0; i < vectors.length; i++) {
    const a = vectors[i]
    const b = vectors[(i + 1) % vectors.length]
    area += 2 * Math.atan2(triple(centre, a, b), 1 + dot(a, b) + dot(a, centre) + dot(b, centre))
  }
  return area
}

export function preparePolygon(vertices: readonly LonLat[]): PreparedPolygon {
  if (vertices.length > MAX_VERTICES) bad(`a polygon has at most ${MAX_VERTICES} vertices, got ${vertices.length}`)
  const vectors: Float64Array[] = []
  for (const { lonRad, latRad } of vertices) {
    if (!(Number.isFinite(lonRad) && Math.abs(latRad) <= Math.PI / 2 + 1e-9))
      bad(`a vertex is a longitude and a latitude within the poles in radians, got ${lonRad} ${latRad}`)
    const v = lonLatToVector(lonRad, latRad)
    const last = vectors.at(-1)
    // Repeated vertices, and a first one repeated at the end, add nothing.
    if (!last || vectorSeparationRad(last, v) > 0) vectors.push(v)
  }
  if (vectors.length > 1 && vectorSeparationRad(vectors[0], vectors.at(-1)!) === 0) vectors.pop()
  if (vectors.length < 3) bad(`a polygon needs 3 different vertices, got ${vectors.length}`)

  const { centre, radiusRad } = circleAbout(vectors)
  if (radiusRad >= Math.PI / 2 - 1e-9)
    throw new SkyError('too-large', 'a polygon must fit in a hemisphere, with room to spare')
  const area = signedArea(vectors, centre)

  // Axes of the tangent plane: any two that are perpendicular.
  const east =
    Math.abs(centre[2]) < 0.9 ? normalize(Float64Array.of(-centre[1], centre[0], 0)) : Float64Array.of(1, 0, 0)
  const along = dot(east, centre)
  for (let i = 0; i < 3; i++) east[i] -= along * centre[i]
  normalize(east)
  const north = Float64Array.of(
    centre[1] * east[2] - centre[2] * east[1],
    centre[2] * east[0] - centre[0] * east[2],
    centre[0] * east[1] - centre[1] * east[0],
  )
  const count = vectors.length
  const plane = new Float64Array(2 * count)
  vectors.forEach((v, i) => {
    const depth = dot(v, centre)
    plane[2 * i] = dot(v, east) / depth
    plane[2 * i + 1] = dot(v, north) / depth
  })
  const leastCos = Math.cos(radiusRad) - 1e-15

  return {
    vectors,
    centre,
    radiusRad,
    turn: area >= 0 ? 1 : -1,
    areaSr: Math.abs(area),
    contains(x, y, z) {
      const depth = x * centre[0] + y * centre[1] + z * centre[2]
      if (!(depth >= leastCos && depth > 0)) return false
      const px = (x * east[0] + y * east[1] + z * east[2]) / depth
      const py = (x * north[0] + y * north[1] + z * north[2]) / depth
      return windingNumber(plane, px, py) !== 0
    },
  }
}

/** Around (px, py) of the closed line x y x y ...; 1 where the point lies on the line, within rounding. */
function windingNumber(plane: Float64Array, px: number, py: number): number {
  let winding = 0
  // Rounding of a gnomonic coordinate, squared.
  const near = 2.5e-31 * (1 + px * px + py * py)
  const end = plane.length
  let ax = plane[end - 2] - px
  let ay = plane[end - 1] - py
  for (let i = 0; i < end; i += 2) {
    const bx = plane[i] - px
    const by = plane[i + 1] - py
    const side = ax * by - ay * bx
    const ex = bx - ax
    const ey = by - ay
    if (ax * ax + ay * ay <= near) return 1
    if (side * side <= near * (ex * ex + ey * ey) && ax * bx + ay * by <= 0) return 1
    if (ay <= 0) {
      if (by > 0 && side > 0) winding++
    } else if (by <= 0 && side < 0) winding--
    ax = bx
    ay = by
  }
  return winding
}
