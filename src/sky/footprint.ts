// Tests between great-circle polygons as databases need them: flat arrays of unit vectors, made fast (one is decoded per row),
// and with a stated width of boundaries, EDGE_RAD, so that two stores that compute differently give the same rows.
// A footprint fits in the open hemisphere about the middle of its box of unit vectors, and its edges do not cross.

/** What lies this close to an edge is on it: 0.2 milliarcseconds, the width that pg_sphere works with. */
export const EDGE_RAD = 1e-9

export interface Footprint {
  /** Unit vectors x y z x y z … */
  readonly v: Float64Array
  /** Middle of the box of the vectors: every vertex, and so every point inside, is on its side of the sphere. */
  readonly cx: number
  readonly cy: number
  readonly cz: number
}

/** From lon, lat, lon, lat, … in radians. Repeated vertices are kept once; undefined where the rest is no footprint (convexity is not asked). */
export function footprint(lonLatRad: ArrayLike<number>): Footprint | undefined {
  const v = new Float64Array((lonLatRad.length >> 1) * 3)
  let n = 0
  for (let i = 0; i + 1 < lonLatRad.length; i += 2) {
    const lat = lonLatRad[i + 1]
    const cosLat = Math.cos(lat)
    v[n] = cosLat * Math.cos(lonLatRad[i])
    v[n + 1] = cosLat * Math.sin(lonLatRad[i])
    v[n + 2] = Math.sin(lat)
    if (n === 0 || !same(v, n - 3, n)) n += 3
  }
  while (n > 3 && same(v, 0, n - 3)) n -= 3
  if (n < 9) return undefined
  const vectors = n === v.length ? v : v.slice(0, n)
  let x0 = 2
  let x1 = -2
  let y0 = 2
  let y1 = -2
  let z0 = 2
  let z1 = -2
  for (let i = 0; i < n; i += 3) {
    x0 = Math.min(x0, v[i])
    x1 = Math.max(x1, v[i])
    y0 = Math.min(y0, v[i + 1])
    y1 = Math.max(y1, v[i + 1])
    z0 = Math.min(z0, v[i + 2])
    z1 = Math.max(z1, v[i + 2])
  }
  const [cx, cy, cz] = [(x0 + x1) / 2, (y0 + y1) / 2, (z0 + z1) / 2]
  const length = Math.hypot(cx, cy, cz)
  if (!(length > EDGE_RAD)) return undefined
  for (let i = 0; i < n; i += 3) if (!(v[i] * cx + v[i + 1] * cy + v[i + 2] * cz > EDGE_RAD * length)) return undefined
  return { v: vectors, cx, cy, cz }
}

function same(v: Float64Array, i: number, j: number): boolean {
  return Math.hypot(v[i] - v[j], v[i + 1] - v[j + 1], v[i + 2] - v[j + 2]) <= EDGE_RAD
}

/** Whether no two edges cross or touch but neighbours at their common vertex. n^2 in the vertices. */
export function isSimple({ v }: Footprint): boolean {
  const n = v.length
  for (let i = 0; i < n; i += 3) {
    const a = (i + 3) % n
    for (let j = i + 3; j < n; j += 3) {
      const b = (j + 3) % n
      if (j === a || b === i) {
        // Neighbours fold back on one another where the far end of one lies on the other.
        const [far, p, q, other] = j === a ? [b, i, a, i] : [j, i, a, a]
        if (arcDistance(v, p, q, v[far], v[far + 1], v[far + 2]) <= EDGE_RAD) return false
        if (arcDistance(v, j, b, v[other], v[other + 1], v[other + 2]) <= EDGE_RAD) return false
      } else if (
        crossing(v, i, a, v, j, b) ||
        arcDistance(v, i, a, v[j], v[j + 1], v[j + 2]) <= EDGE_RAD ||
        arcDistance(v, i, a, v[b], v[b + 1], v[b + 2]) <= EDGE_RAD ||
        arcDistance(v, j, b, v[i], v[i + 1], v[i + 2]) <= EDGE_RAD ||
        arcDistance(v, j, b, v[a], v[a + 1], v[a + 2]) <= EDGE_RAD
      )
        return false
    }
  }
  return true
}

/** Of a unit vector; the boundary belongs to the footprint. */
export function holdsVector({ v, cx, cy, cz }: Footprint, x: number, y: number, z: number): boolean {
  if (!(x * cx + y * cy + z * cz > 0)) return false
  // Axes of the plane that the gnomonic projection about the centre makes: great circles are straight there.
  const flat = Math.abs(cz) < 0.9 * Math.hypot(cx, cy, cz)
  const [ex, ey, ez] = flat ? [-cy, cx, 0] : [0, -cz, cy]
  const [nx, ny, nz] = [cy * ez - cz * ey, cz * ex - cx * ez, cx * ey - cy * ex]
  const depth = x * cx + y * cy + z * cz
  const px = (x * ex + y * ey + z * ez) / depth
  const py = (x * nx + y * ny + z * nz) / depth
  const n = v.length
  let d = v[n - 3] * cx + v[n - 2] * cy + v[n - 1] * cz
  let ax = (v[n - 3] * ex + v[n - 2] * ey + v[n - 1] * ez) / d - px
  let ay = (v[n - 3] * nx + v[n - 2] * ny + v[n - 1] * nz) / d - py
  let winding = 0
  for (let i = 0; i < n; i += 3) {
    d = v[i] * cx + v[i + 1] * cy + v[i + 2] * cz
    const bx = (v[i] * ex + v[i + 1] * ey + v[i + 2] * ez) / d - px
    const by = (v[i] * nx + v[i + 1] * ny + v[i + 2] * nz) / d - py
    const side = ax * by - ay * bx
    if (ay <= 0) {
      if (by > 0 && side > 0) winding++
    } else if (by <= 0 && side < 0) winding--
    ax = bx
    ay = by
  }
  if (winding !== 0) return true
  for (let i = n - 3, j = 0; j < n; i = j, j += 3) if (arcDistance(v, i, j, x, y, z, EDGE_RAD) <= EDGE_RAD) return true
  return false
}

/** From a unit vector to the nearest point of the boundary. */
export function edgeDistanceRad({ v }: Footprint, x: number, y: number, z: number): number {
  let least = Math.PI
  for (let i = v.length - 3, j = 0; j < v.length; i = j, j += 3)
    least = Math.min(least, arcDistance(v, i, j, x, y, z, least))
  return least
}

/** Does a circle (radius 0 to pi) share a point with the footprint? */
export const meetsCircle = (f: Footprint, x: number, y: number, z: number, radiusRad: number): boolean =>
  holdsVector(f, x, y, z) || edgeDistanceRad(f, x, y, z) <= radiusRad + EDGE_RAD

export const holdsCircle = (f: Footprint, x: number, y: number, z: number, radiusRad: number): boolean =>
  holdsVector(f, x, y, z) && (radiusRad === 0 || edgeDistanceRad(f, x, y, z) >= radiusRad - EDGE_RAD)

export function liesInCircle(f: Footprint, x: number, y: number, z: number, radiusRad: number): boolean {
  // More than half of the sphere: what is left out is a circle about the antipode.
  if (radiusRad > Math.PI / 2)
    return !holdsVector(f, -x, -y, -z) && edgeDistanceRad(f, -x, -y, -z) >= Math.PI - radiusRad - EDGE_RAD
  const { v } = f
  for (let i = 0; i < v.length; i += 3)
    if (angle(v[i], v[i + 1], v[i + 2], x, y, z) > radiusRad + EDGE_RAD) return false
  return true
}

export function footprintsMeet(f: Footprint, g: Footprint): boolean {
  const a = f.v
  const b = g.v
  for (let i = 0; i < a.length; i += 3) if (holdsVector(g, a[i], a[i + 1], a[i + 2])) return true
  for (let i = 0; i < b.length; i += 3) if (holdsVector(f, b[i], b[i + 1], b[i + 2])) return true
  for (let i = a.length - 3, j = 0; j < a.length; i = j, j += 3)
    for (let k = b.length - 3, l = 0; l < b.length; k = l, l += 3) if (crossing(a, i, j, b, k, l)) return true
  return false
}

/** Whether `inner` lies wholly in `outer`: its edges do, cut where they meet the outer's. */
export function footprintHolds(outer: Footprint, inner: Footprint): boolean {
  const a = inner.v
  const b = outer.v
  for (let i = 0; i < a.length; i += 3) if (!holdsVector(outer, a[i], a[i + 1], a[i + 2])) return false
  for (let i = a.length - 3, j = 0; j < a.length; i = j, j += 3) {
    const length = angle(a[i], a[i + 1], a[i + 2], a[j], a[j + 1], a[j + 2])
    const cuts = [0, length]
    const cut = (x: number, y: number, z: number) => {
      const t = angle(a[i], a[i + 1], a[i + 2], x, y, z)
      // Edges that lie on one another cross anywhere, by rounding.
      if (t < length) cuts.push(t)
    }
    for (let k = b.length - 3, l = 0; l < b.length; k = l, l += 3) {
      if (arcDistance(a, i, j, b[l], b[l + 1], b[l + 2], EDGE_RAD) <= EDGE_RAD) cut(b[l], b[l + 1], b[l + 2])
      const meeting = crossing(a, i, j, b, k, l)
      if (meeting) cut(...meeting)
    }
    cuts.sort((s, t) => s - t)
    const sin = Math.sin(length)
    for (let c = 0; c + 1 < cuts.length; c++) {
      if (cuts[c + 1] - cuts[c] <= 4 * EDGE_RAD) continue
      const t = (cuts[c] + cuts[c + 1]) / 2
      const p = Math.sin(length - t) / sin
      const q = Math.sin(t) / sin
      if (!holdsVector(outer, p * a[i] + q * a[j], p * a[i + 1] + q * a[j + 1], p * a[i + 2] + q * a[j + 2]))
        return false
    }
  }
  return true
}

function angle(ax: number, ay: number, az: number, bx: number, by: number, bz: number): number {
  return Math.atan2(Math.hypot(ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx), ax * bx + ay * by + az * bz)
}

/** From a unit vector to the arc between vertices i and j of v; what is farther than `reach` may come out too large. */
function arcDistance(
  v: Float64Array,
  i: number,
  j: number,
  x: number,
  y: number,
  z: number,
  reach = Number.POSITIVE_INFINITY,
): number {
  const [ax, ay, az, bx, by, bz] = [v[i], v[i + 1], v[i + 2], v[j], v[j + 1], v[j + 2]]
  const nx = ay * bz - az * by
  const ny = az * bx - ax * bz
  const nz = ax * by - ay * bx
  const length = Math.hypot(nx, ny, nz)
  const height = (nx * x + ny * y + nz * z) / length
  if (reach < 1 && Math.abs(height) > reach) return Math.PI
  // The foot of the perpendicular lies on the arc where the vector is between the planes through the pole and the ends.
  const [ux, uy, uz] = [ny * z - nz * y, nz * x - nx * z, nx * y - ny * x]
  if (ax * ux + ay * uy + az * uz <= 0 && bx * ux + by * uy + bz * uz >= 0)
    return Math.abs(Math.atan2(height, Math.hypot(ux, uy, uz) / length))
  return Math.min(angle(ax, ay, az, x, y, z), angle(bx, by, bz, x, y, z))
}

/** Where two arcs properly cross: a vector (not of unit length), or undefined. */
function crossing(
  a: Float64Array,
  i: number,
  j: number,
  b: Float64Array,
  k: number,
  l: number,
): readonly [number, number, number] | undefined {
  const nx = a[i + 1] * a[j + 2] - a[i + 2] * a[j + 1]
  const ny = a[i + 2] * a[j] - a[i] * a[j + 2]
  const nz = a[i] * a[j + 1] - a[i + 1] * a[j]
  const s = nx * b[k] + ny * b[k + 1] + nz * b[k + 2]
  const t = nx * b[l] + ny * b[l + 1] + nz * b[l + 2]
  if (s * t >= 0) return undefined
  const mx = b[k + 1] * b[l + 2] - b[k + 2] * b[l + 1]
  const my = b[k + 2] * b[l] - b[k] * b[l + 2]
  const mz = b[k] * b[l + 1] - b[k + 1] * b[l]
  const u = mx * a[i] + my * a[i + 1] + mz * a[i + 2]
  const w = mx * a[j] + my * a[j + 1] + mz * a[j + 2]
  if (u * w >= 0) return undefined
  const [x, y, z] = [ny * mz - nz * my, nz * mx - nx * mz, nx * my - ny * mx]
  const towards = x * (a[i] + a[j]) + y * (a[i + 1] + a[j + 1]) + z * (a[i + 2] + a[j + 2])
  const other = x * (b[k] + b[l]) + y * (b[k + 1] + b[l + 1]) + z * (b[k + 2] + b[l + 2])
  if (towards >= 0 !== other >= 0) return undefined
  return towards >= 0 ? [x, y, z] : [-x, -y, -z]
}

/** Steradians: triangles from the first vertex (van Oosterom & Strackee 1983). */
export function footprintAreaSr({ v }: Footprint): number {
  let area = 0
  for (let i = 3; i + 5 < v.length; i += 3) {
    const [ax, ay, az, bx, by, bz, cx, cy, cz] = [
      v[0],
      v[1],
      v[2],
      v[i],
      v[i + 1],
      v[i + 2],
      v[i + 3],
      v[i + 4],
      v[i + 5],
    ]
    const triple = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)
    const sum = 1 + (ax * bx + ay * by + az * bz) + (bx * cx + by * cy + bz * cz) + (cx * ax + cy * ay + cz * az)
    area += 2 * Math.atan2(triple, sum)
  }
  return Math.abs(area)
}

/** Centre of gravity of the surface, projected on the sphere: the edges' poles weighted by their lengths (Stokes). */
export function footprintCentroid({ v, cx, cy, cz }: Footprint): [x: number, y: number, z: number] {
  const sum: [number, number, number] = [0, 0, 0]
  for (let i = v.length - 3, j = 0; j < v.length; i = j, j += 3) {
    const nx = v[i + 1] * v[j + 2] - v[i + 2] * v[j + 1]
    const ny = v[i + 2] * v[j] - v[i] * v[j + 2]
    const nz = v[i] * v[j + 1] - v[i + 1] * v[j]
    const length = Math.hypot(nx, ny, nz)
    const weight = Math.atan2(length, v[i] * v[j] + v[i + 1] * v[j + 1] + v[i + 2] * v[j + 2]) / length
    sum[0] += nx * weight
    sum[1] += ny * weight
    sum[2] += nz * weight
  }
  return sum[0] * cx + sum[1] * cy + sum[2] * cz >= 0 ? sum : [-sum[0], -sum[1], -sum[2]]
}
