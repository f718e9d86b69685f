// Cells that a polygon touches. Its sides are great-circle arcs, it lies within an open hemisphere, and its inside is
// the smaller side whatever the direction of its vertices; where it crosses itself the even-odd rule holds.

import type { LonLat } from '#src/sky'
import { angle, angleToArc, arcsCross, ROUNDING, unitVector, type Vector } from './arc.ts'
import { BEND, type CellOutline, type CoverOptions, cellRadius, cover, listCells, type Shape } from './cover.ts'
import { HealpixError } from './errors.ts'
import { hash } from './nested.ts'

const MAX_VERTICES = 100_000
const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

function normalised(v: Float64Array): Float64Array {
  const length = Math.hypot(v[0], v[1], v[2])
  return v.map((x) => x / length)
}

/** A direction less than 90 deg from all corners: their mean, leaned towards the farthest one while that is needed. */
function hemisphere(corners: readonly Float64Array[]): Float64Array {
  let axis: Float64Array = new Float64Array(3)
  for (const corner of corners) axis = axis.map((x, k) => x + corner[k])
  if (dot(axis, axis) < 1e-20) axis = Float64Array.from(corners[0])
  for (let turn = 0; turn < 1000; turn++) {
    axis = normalised(axis)
    let lowest = corners[0]
    for (const corner of corners) if (dot(axis, corner) < dot(axis, lowest)) lowest = corner
    const nearest = dot(axis, lowest)
    if (nearest > 1e-9) return axis
    const lean = 1e-3 - nearest
    axis = axis.map((x, k) => x + lean * lowest[k])
  }
  throw new HealpixError('bad-region', 'a polygon must lie within a hemisphere')
}

/** Even-odd test in the gnomonic projection about `axis`, where great circles are straight lines. */
function insideTest(corners: readonly Float64Array[], axis: Float64Array): (q: Vector) => boolean {
  const helper = Math.abs(axis[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0]
  const cross = (a: Vector, b: Vector): Float64Array =>
    Float64Array.of(a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
  const east = normalised(cross(helper, axis))
  const north = cross(axis, east)
  const xs = Float64Array.from(corners, (c) => dot(c, east) / dot(c, axis))
  const ys = Float64Array.from(corners, (c) => dot(c, north) / dot(c, axis))
  return (q) => {
    const up = dot(q, axis)
    if (up <= 0) return false
    const x = dot(q, east) / up
    const y = dot(q, north) / up
    let inside = false
    for (let i = 0, j = xs.length - 1; i < xs.length; j = i++) {
      if (ys[i] > y !== ys[j] > y && x < ((xs[j] - xs[i]) * (y - ys[i])) / (ys[j] - ys[i]) + xs[i]) inside = !inside
    }
    return inside
  }
}

/** State of the descent: the sides (numbered by their first corner) that come near. */
function polygonShape(order: number, vertices: readonly LonLat[]): Shape<readonly number[]> {
  const corners = vertices.map(({ lonRad, latRad }) => unitVector(lonRad, latRad))
  const cornerCells = new Set(vertices.map(({ lonRad, latRad }) => hash(order, lonRad, latRad)))
  const axis = hemisphere(corners)
  const inside = insideTest(corners, axis)
  /** All of the polygon is as near to the axis as its farthest corner. */
  const extent = corners.reduce((widest, corner) => Math.max(widest, angle(axis, corner)), 0)
  const end = (side: number): Float64Array => corners[(side + 1) % corners.length]

  return {
    start: corners.map((_, side) => side),
    narrow(centre, radius, sides) {
      if (angle(axis, centre) > extent + radius + ROUNDING) return 'out'
      const near = sides.filter((side) => angleToArc(centre, corners[side], end(side)) <= radius + ROUNDING)
      if (near.length > 0) return near
      return inside(centre) ? 'in' : 'out'
    },
    touches(cell: CellOutline, sides) {
      const { npix, centre } = cell
      if (cornerCells.has(npix) || inside(centre)) return true
      const cellCorners = cell.corners()
      if (cellCorners.some(inside)) return true
      const radius = cellRadius(centre, cellCorners)
      const near = sides.filter((side) => angleToArc(centre, corners[side], end(side)) <= radius + ROUNDING)
      if (near.length === 0) return false
      const points = cell.points()
      const reach = BEND * radius + ROUNDING
      return near.some((side) =>
        points.some((point, k) => {
          const next = points[(k + 1) % points.length]
          return (
            angleToArc(point, corners[side], end(side)) <= reach ||
            angleToArc(corners[side], point, next) <= reach ||
            arcsCross(point, next, corners[side], end(side))
          )
        }),
      )
    },
  }
}

/** Ranges [start, end) of the cells of `order` that a polygon touches. At least 3 vertices, the last not repeated. */
export function polygonRanges(order: number, vertices: readonly LonLat[], options: CoverOptions = {}): Float64Array {
  if (vertices.length < 3 || vertices.length > MAX_VERTICES)
    throw new HealpixError('bad-region', `a polygon has 3 to ${MAX_VERTICES} vertices, got ${vertices.length}`)
  return cover(order, polygonShape(order, vertices), options)
}

/** The same as a list of cells, ascending. */
export function polygonCells(order: number, vertices: readonly LonLat[], options: CoverOptions = {}): number[] {
  return listCells(polygonRanges(order, vertices, options), options)
}
