// Regions as Butler keeps them: sphgeom's own bytes in base64 (sphgeom, Region::encode): a type letter, then
// little-endian doubles. Several joined by `:` are a union. Outlines that are no polygon become one with many corners.
// Angles: radians. The bounding circle is that of sphgeom: it is what Rubin's s_ra, s_dec and s_fov are made from.

import { cross, dot, type LonLat, normalize, type Vector, vectorToLonLat } from '#src/sky'

export interface StoredRegion {
  /** Counter-clockwise on the sky, as sphgeom has it. */
  readonly outline: readonly LonLat[]
  /** True where the outline stands for a curve or for several regions. */
  readonly approximate: boolean
  readonly centre: LonLat
  readonly radiusRad: number
}

const MAX_BYTES = 1 << 20
const MAX_VERTICES = 2000
/** Corners of a circle's outline. */
const CORNERS = 64
/** What sphgeom adds to a squared chord, so that rounding leaves no vertex outside (twice its constant 2.5e-15). */
const CHORD_MARGIN = 5e-15

/** undefined where the bytes are no region that can be drawn: too short, not finite, empty, the whole sky. */
export function decodeRegion(text: string): StoredRegion | undefined {
  if (text.length > MAX_BYTES || !/^[A-Za-z0-9+/=:]+$/.test(text)) return undefined
  const parts = text.split(':').map((part) => shapeOf(Buffer.from(part, 'base64'), 0))
  return finished(parts.length === 1 ? parts[0] : unionOf(parts))
}

interface Shape {
  readonly vertices: readonly Vector[]
  readonly approximate: boolean
}

function shapeOf(bytes: Buffer, depth: number): Shape | undefined {
  const count = (bytes.length - 1) / 8
  const type = String.fromCharCode(bytes[0] ?? 0)
  if (type === 'u' || type === 'i') return depth > 8 ? undefined : compound(bytes, depth)
  if (!Number.isInteger(count) || count > 3 * MAX_VERTICES) return undefined
  const numbers = Array.from({ length: count }, (_, i) => bytes.readDoubleLE(1 + 8 * i))
  if (!numbers.every(Number.isFinite)) return undefined
  if (type === 'p' && count >= 9 && count % 3 === 0) return { vertices: vectorsOf(numbers), approximate: false }
  if (type === 'c' && count === 5) return circle(numbers)
  if (type === 'e' && count === 14) return ellipse(numbers)
  if (type === 'b' && count === 4) return box(numbers)
  return undefined
}

function vectorsOf(numbers: readonly number[]): Vector[] {
  return Array.from({ length: numbers.length / 3 }, (_, i) => numbers.slice(3 * i, 3 * i + 3) as unknown as Vector)
}

/** The convex hull's stand-in for several regions: the outline of the first is not the truth, so a circle round all is. */
function unionOf(parts: readonly (Shape | undefined)[]): Shape | undefined {
  const shapes = parts.filter((part) => part !== undefined)
  if (shapes.length === 0) return undefined
  if (shapes.length === 1) return shapes[0]
  const all = shapes.flatMap(({ vertices }) => vertices)
  const middle = normalize(all.reduce(([x, y, z], [a, b, c]): Vector => [x + a, y + b, z + c], [0, 0, 0] as Vector))
  return ring(middle, Math.max(...all.map((vertex) => angle(middle, vertex))))
}

function compound(bytes: Buffer, depth: number): Shape | undefined {
  const parts: (Shape | undefined)[] = []
  for (let at = 1; at < bytes.length; ) {
    if (at + 8 > bytes.length) return undefined
    const length = Number(bytes.readBigUInt64LE(at))
    if (length > bytes.length - at - 8 || parts.length > 100) return undefined
    parts.push(shapeOf(bytes.subarray(at + 8, at + 8 + length), depth + 1))
    at += 8 + length
  }
  // What several regions have in common lies in the smallest of them: any one is a bound.
  return bytes[0] === 'i'.charCodeAt(0) ? parts.find((part) => part !== undefined) : unionOf(parts)
}

/** Centre, squared chord, opening angle. */
function circle([x, y, z, , radiusRad]: readonly number[]): Shape | undefined {
  return ring(normalize([x, y, z]), radiusRad)
}

function ring(centre: Vector, radiusRad: number): Shape | undefined {
  if (!(radiusRad >= 0 && radiusRad < Math.PI / 2)) return undefined
  const [east, north] = axes(centre)
  return {
    vertices: around(centre, east, north, Math.max(radiusRad, 1e-9), Math.max(radiusRad, 1e-9)),
    approximate: true,
  }
}

/** Rotation to the ellipse's own frame (rows), its half axes less a right angle, then what is derived from them. */
function ellipse(numbers: readonly number[]): Shape | undefined {
  const rows = vectorsOf(numbers.slice(0, 9))
  const [alpha, beta] = numbers.slice(9).map((less) => less + Math.PI / 2)
  if (!(alpha > 0 && beta > 0 && alpha < Math.PI / 2 && beta < Math.PI / 2)) return undefined
  return { vertices: around(rows[2], rows[0], rows[1], alpha, beta), approximate: true }
}

/** Corners of an ellipse with half axes a and b (angles from the centre) along two directions. */
function around(centre: Vector, u: Vector, v: Vector, a: number, b: number): Vector[] {
  return Array.from({ length: CORNERS }, (_, i) => {
    const [s, t] = [Math.cos((2 * Math.PI * i) / CORNERS), Math.sin((2 * Math.PI * i) / CORNERS)]
    // Corners a little outside, so that the straight sides lie on the curve and not within it.
    const grow = 1 / Math.cos(Math.PI / CORNERS)
    const [p, q] = [Math.tan(a) * s * grow, Math.tan(b) * t * grow]
    return normalize([
      centre[0] + p * u[0] + q * v[0],
      centre[1] + p * u[1] + q * v[1],
      centre[2] + p * u[2] + q * v[2],
    ])
  })
}

/** Longitudes a to b eastwards, latitudes; parallels in steps. */
function box([lonA, lonB, latA, latB]: readonly number[]): Shape | undefined {
  const width = lonB >= lonA ? lonB - lonA : lonB - lonA + 2 * Math.PI
  if (!(width > 0 && width < Math.PI && latB > latA)) return undefined
  const steps = 16
  const side = (lat: number, i: number): Vector => {
    const lon = lonA + (width * i) / steps
    return [Math.cos(lat) * Math.cos(lon), Math.cos(lat) * Math.sin(lon), Math.sin(lat)]
  }
  const south = Array.from({ length: steps + 1 }, (_, i) => side(latA, i))
  const north = Array.from({ length: steps + 1 }, (_, i) => side(latB, steps - i))
  return { vertices: [...south, ...north], approximate: true }
}

function axes(centre: Vector): [Vector, Vector] {
  const pole: Vector = Math.abs(centre[2]) > 0.9 ? [1, 0, 0] : [0, 0, 1]
  const east = normalize(cross(pole, centre))
  return [east, cross(centre, east)]
}

const angle = (a: Vector, b: Vector) => Math.acos(Math.min(1, Math.max(-1, dot(a, b))))

/** sphgeom's centroid of a convex polygon (Brock 1974), and the farthest vertex from it. */
function finished(shape: Shape | undefined): StoredRegion | undefined {
  if (!shape) return undefined
  const { vertices, approximate } = shape
  let [x, y, z] = [0, 0, 0]
  for (let i = 0; i < vertices.length; i++) {
    const [a, b] = [vertices[(i + vertices.length - 1) % vertices.length], vertices[i]]
    // 2 (a x b), in the form that keeps its digits where a and b are close.
    const n = cross([a[0] + b[0], a[1] + b[1], a[2] + b[2]], [b[0] - a[0], b[1] - a[1], b[2] - a[2]])
    const length = Math.hypot(...n)
    if (length === 0) continue
    const arc = Math.atan2(0.5 * length, dot(a, b)) / length
    x += n[0] * arc
    y += n[1] * arc
    z += n[2] * arc
  }
  const size = Math.hypot(x, y, z)
  if (!(size > 0)) return undefined
  const centre: Vector = [x / size, y / size, z / size]
  const chord2 = Math.max(
    ...vertices.map(([a, b, c]) => (a - centre[0]) ** 2 + (b - centre[1]) ** 2 + (c - centre[2]) ** 2),
  )
  return {
    outline: vertices.map(vectorToLonLat),
    approximate,
    centre: vectorToLonLat(centre),
    radiusRad: 2 * Math.asin(Math.min(1, Math.sqrt(chord2 + CHORD_MARGIN) / 2)),
  }
}
