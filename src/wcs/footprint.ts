// The outline of an image on the sky: ICRS, radians, counter-clockwise as seen from inside the sphere (DALI 1.1, 3.3.6:
// north up, east left), along the outer edges of the border pixels (-0.5 to n - 0.5).
// Edges are split until the great circles between the vertices follow them to 0.02 pixels.

import {
  areaSr,
  contains,
  DEG,
  distanceToArcRad,
  type LonLat,
  lonLatToVector,
  offset,
  type Polygon,
  polygonTurn,
  SkyError,
  vectorToLonLat,
} from '#src/sky'
import { WcsError } from './errors.ts'
import { inIcrs } from './header-wcs.ts'
import type { Wcs } from './wcs.ts'

/** Pixels between an edge and its polygon. */
const TOLERANCE = 0.02
/** At most 64 vertices an edge. */
const MAX_DEPTH = 6
/** Vertices of the circle that stands for an image whose border leaves the map. */
const CIRCLE_VERTICES = 48

type Point = readonly [number, number]

function noOutline(why: string): never {
  throw new WcsError('no-outline', `the image has no outline that is a polygon: ${why}`)
}

export function footprint(wcs: Wcs, width: number, height: number): LonLat[] {
  if (!(width > 0 && height > 0)) throw new WcsError('invalid', `an image has pixels, got ${width} x ${height}`)
  const icrs = inIcrs(wcs)
  const corners: Point[] = [
    [-0.5, -0.5],
    [width - 0.5, -0.5],
    [width - 0.5, height - 0.5],
    [-0.5, height - 0.5],
  ]
  const outline: LonLat[] = []
  for (let side = 0; side < 4; side++) {
    if (!follow(icrs, corners[side], corners[(side + 1) % 4], 0, outline)) return aroundDefined(icrs, width, height)
  }
  const polygon: Polygon = { kind: 'polygon', vertices: outline }
  try {
    areaSr(polygon)
  } catch (error) {
    if (error instanceof SkyError) noOutline(error.message)
    throw error
  }
  const centre = icrs.pixelToWorld((width - 1) / 2, (height - 1) / 2)
  if (!centre || !contains(polygon, centre[0], centre[1])) noOutline('it covers more than a hemisphere')
  // Against the right-handed turn: the sphere is seen from inside.
  return polygonTurn(polygon) < 0 ? outline : outline.reverse()
}

function at(wcs: Wcs, [x, y]: Point): LonLat | undefined {
  const world = wcs.pixelToWorld(x, y)
  return world && { lonRad: world[0], latRad: world[1] }
}

/** Appends the vertices from `from` up to, not including, `to`; false where the edge leaves the map. */
function follow(wcs: Wcs, from: Point, to: Point, depth: number, outline: LonLat[]): boolean {
  const start = at(wcs, from)
  const end = at(wcs, to)
  if (!start || !end) return false
  const arc = [lonLatToVector(start.lonRad, start.latRad), lonLatToVector(end.lonRad, end.latRad)] as const
  let straight = true
  for (const part of [0.25, 0.5, 0.75]) {
    const between = at(wcs, [from[0] + part * (to[0] - from[0]), from[1] + part * (to[1] - from[1])])
    if (!between) return false
    const distance = distanceToArcRad(lonLatToVector(between.lonRad, between.latRad), arc)
    if (distance > TOLERANCE * wcs.pixelScaleDeg * DEG) straight = false
  }
  if (straight || depth === MAX_DEPTH) {
    outline.push(start)
    return true
  }
  const middle: Point = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]
  return follow(wcs, from, middle, depth + 1, outline) && follow(wcs, middle, to, depth + 1, outline)
}

/** Where the border leaves the map: a circle about the pixels that are on it. */
function aroundDefined(wcs: Wcs, width: number, height: number): LonLat[] {
  const steps = 64
  const vectors: Float64Array[] = []
  const sum = new Float64Array(3)
  for (let j = 0; j <= steps; j++) {
    for (let i = 0; i <= steps; i++) {
      const world = at(wcs, [-0.5 + (i / steps) * width, -0.5 + (j / steps) * height])
      if (!world) continue
      const v = lonLatToVector(world.lonRad, world.latRad)
      vectors.push(v)
      for (let axis = 0; axis < 3; axis++) sum[axis] += v[axis]
    }
  }
  if (vectors.length === 0) throw new WcsError('no-outline', 'no pixel of the image is on the map')
  const length = Math.hypot(sum[0], sum[1], sum[2])
  let least = 1
  for (const v of vectors) least = Math.min(least, (v[0] * sum[0] + v[1] * sum[1] + v[2] * sum[2]) / length)
  // One step of the grid beyond the farthest point seen; the polygon goes round the circle.
  const step = (Math.hypot(width, height) / steps) * wcs.pixelScaleDeg * DEG
  const radius = Math.atan(Math.tan(Math.min(1.5, Math.acos(least) + step)) / Math.cos(Math.PI / CIRCLE_VERTICES))
  if (!(radius < 1.5)) noOutline('it covers about a hemisphere or more')
  const { lonRad, latRad } = vectorToLonLat(sum)
  // Position angles grow eastwards, which is counter-clockwise from inside.
  return Array.from({ length: CIRCLE_VERTICES }, (_, i) =>
    offset(lonRad, latRad, (2 * Math.PI * i) / CIRCLE_VERTICES, radius),
  )
}
