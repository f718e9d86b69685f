// Distances between directions and great-circle arcs that stay right for the smallest cells (6e-8 rad at order 24):
// everything is said by differences of unit vectors, never by cosines near 1.

export type Vector = Float64Array | readonly number[]

/** Rounding that a computed distance may hide, radians; well below the smallest cell. */
export const ROUNDING = 4e-15

export function unitVector(lonRad: number, latRad: number, out: Float64Array = new Float64Array(3)): Float64Array {
  const cosLat = Math.cos(latRad)
  out[0] = cosLat * Math.cos(lonRad)
  out[1] = cosLat * Math.sin(lonRad)
  out[2] = Math.sin(latRad)
  return out
}

const angleOfChord = (squared: number): number => 2 * Math.asin(Math.min(1, Math.sqrt(squared) / 2))

/** Angle between two directions, radians. */
export function angle(a: Vector, b: Vector): number {
  const x = a[0] - b[0]
  const y = a[1] - b[1]
  const z = a[2] - b[2]
  return angleOfChord(x * x + y * y + z * z)
}

/** Angle from q to the nearest point of the arc from a to b (shorter than pi), radians. */
export function angleToArc(q: Vector, a: Vector, b: Vector): number {
  const ux = b[0] - a[0]
  const uy = b[1] - a[1]
  const uz = b[2] - a[2]
  const wx = q[0] - a[0]
  const wy = q[1] - a[1]
  const wz = q[2] - a[2]
  const uu = ux * ux + uy * uy + uz * uz
  const ww = wx * wx + wy * wy + wz * wz
  const wu = wx * ux + wy * uy + wz * uz
  // The point a + s u that is nearest in angle; a.u = -u.u/2 and q.a = 1 - w.w/2 for unit vectors.
  const au = -uu / 2
  const below = (1 - ww / 2) * uu - (wu + au) * au
  const s = below > 0 ? (wu + (au * ww) / 2) / below : -1
  if (!(s > 0 && s < 1)) return Math.min(angleOfChord(ww), angle(q, b))
  const px = a[0] + s * ux
  const py = a[1] + s * uy
  const pz = a[2] + s * uz
  const length = Math.sqrt(px * px + py * py + pz * pz)
  const dx = q[0] - px / length
  const dy = q[1] - py / length
  const dz = q[2] - pz / length
  return angleOfChord(dx * dx + dy * dy + dz * dz)
}

/** Twice the signed volume of (a, b, c): positive when c lies to the left of the way from a to b. */
export function side(a: Vector, b: Vector, c: Vector): number {
  const ux = b[0] - a[0]
  const uy = b[1] - a[1]
  const uz = b[2] - a[2]
  const wx = c[0] - a[0]
  const wy = c[1] - a[1]
  const wz = c[2] - a[2]
  return a[0] * (uy * wz - uz * wy) + a[1] * (uz * wx - ux * wz) + a[2] * (ux * wy - uy * wx)
}

/** Whether the arcs ab and cd cross, for arcs shorter than pi on the same half of the sphere. */
export function arcsCross(a: Vector, b: Vector, c: Vector, d: Vector): boolean {
  if (side(a, b, c) * side(a, b, d) > 0 || side(c, d, a) * side(c, d, b) > 0) return false
  return (a[0] + b[0]) * (c[0] + d[0]) + (a[1] + b[1]) * (c[1] + d[1]) + (a[2] + b[2]) * (c[2] + d[2]) > 0
}
