// Unit vectors: x towards (lon 0, lat 0), y towards (pi/2, 0), z towards the north pole. Angles in radians.
// Separations use atan2 of cross and dot product, exact for the smallest and the largest angles alike.

import type { LonLat } from './angle.ts'
import { normalizeLon } from './angle.ts'

/** Three components; Float64Array(3) in hot loops, a tuple elsewhere. */
export type Vector = Float64Array | [number, number, number]

export function lonLatToVector<V extends Vector = Float64Array>(
  lonRad: number,
  latRad: number,
  out: V = new Float64Array(3) as V,
): V {
  const cosLat = Math.cos(latRad)
  out[0] = cosLat * Math.cos(lonRad)
  out[1] = cosLat * Math.sin(lonRad)
  out[2] = Math.sin(latRad)
  return out
}

/** Longitude in [0, 2 pi); the vector need not have length 1. */
export function vectorToLonLat(v: ArrayLike<number>): LonLat {
  return { lonRad: normalizeLon(Math.atan2(v[1], v[0])), latRad: Math.atan2(v[2], Math.hypot(v[0], v[1])) }
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

export function cross<V extends Vector = Float64Array>(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  out: V = new Float64Array(3) as V,
): V {
  const x = a[1] * b[2] - a[2] * b[1]
  const y = a[2] * b[0] - a[0] * b[2]
  out[2] = a[0] * b[1] - a[1] * b[0]
  out[0] = x
  out[1] = y
  return out
}

/** a . (b x c): positive where a, b, c turn counter-clockwise seen from outside the sphere. */
export function triple(a: ArrayLike<number>, b: ArrayLike<number>, c: ArrayLike<number>): number {
  return a[0] * (b[1] * c[2] - b[2] * c[1]) + a[1] * (b[2] * c[0] - b[0] * c[2]) + a[2] * (b[0] * c[1] - b[1] * c[0])
}

export function normalize<V extends Vector>(v: V): V {
  const length = Math.hypot(v[0], v[1], v[2])
  v[0] /= length
  v[1] /= length
  v[2] /= length
  return v
}

/** Angle between two vectors, 0 to pi. */
export function vectorSeparationRad(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const x = a[1] * b[2] - a[2] * b[1]
  const y = a[2] * b[0] - a[0] * b[2]
  const z = a[0] * b[1] - a[1] * b[0]
  return Math.atan2(Math.sqrt(x * x + y * y + z * z), dot(a, b))
}

/** Angle between two positions, 0 to pi (Vincenty's form: exact for small, large and antipodal angles). */
export function separationRad(lon1: number, lat1: number, lon2: number, lat2: number): number {
  const dLon = lon2 - lon1
  const east = Math.cos(lat2) * Math.sin(dLon)
  const north = Math.cos(lat1) * Math.sin(lat2) - Math.sin(lat1) * Math.cos(lat2) * Math.cos(dLon)
  const towards = Math.sin(lat1) * Math.sin(lat2) + Math.cos(lat1) * Math.cos(lat2) * Math.cos(dLon)
  return Math.atan2(Math.hypot(east, north), towards)
}

/** Position angle of the second position seen from the first: 0 = north, pi/2 = east; [0, 2 pi). */
export function positionAngleRad(lon1: number, lat1: number, lon2: number, lat2: number): number {
  const dLon = lon2 - lon1
  const east = Math.cos(lat2) * Math.sin(dLon)
  const north = Math.cos(lat1) * Math.sin(lat2) - Math.sin(lat1) * Math.cos(lat2) * Math.cos(dLon)
  return normalizeLon(Math.atan2(east, north))
}

/** The position `distanceRad` away along a great circle that leaves at `positionAngleRad`. */
export function offset(lonRad: number, latRad: number, positionAngle: number, distanceRad: number): LonLat {
  const sinD = Math.sin(distanceRad)
  const cosD = Math.cos(distanceRad)
  const sinLat = Math.sin(latRad)
  const cosLat = Math.cos(latRad)
  const north = sinD * Math.cos(positionAngle)
  const east = sinD * Math.sin(positionAngle)
  const radial = cosD * cosLat - north * sinLat
  const z = cosD * sinLat + north * cosLat
  return {
    lonRad: normalizeLon(lonRad + Math.atan2(east, radial)),
    latRad: Math.atan2(z, Math.hypot(radial, east)),
  }
}
