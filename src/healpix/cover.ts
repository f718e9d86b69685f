// The cells of one order that a region touches: down the tree from the twelve base cells, whole subtrees taken or
// left by the circle around a cell, the last order decided by the cell's own outline. Complete (no touched cell is
// missing); a cell too many is possible only where the region ends within 1.25 % of a cell's radius outside of it.

import { angle } from './arc.ts'
import { HealpixError } from './errors.ts'
import { facePoint, splitCell } from './nested.ts'
import { cellCount, checkOrder } from './order.ts'

/** A side of a cell bends away from the chain of great-circle arcs through 4 steps by at most 0.0112 of its radius (measured, orders 0 to 7). */
export const STEPS = 4
export const BEND = 0.0125

export interface CellOutline {
  readonly order: number
  readonly npix: number
  readonly centre: Float64Array
  /** Angle from the centre to its farthest corner: the whole cell lies within. */
  readonly radius: number
  /** Unit vectors of the 4 * STEPS points of the closed outline, one after the other. */
  readonly points: readonly Float64Array[]
}

export interface Shape<State> {
  readonly start: State
  /** What of the region matters inside this circle, or the answer for all of it. */
  narrow(centre: Float64Array, radius: number, state: State): State | 'in' | 'out'
  /** Whether the region meets this cell of the last order. */
  touches(cell: CellOutline, state: State): boolean
}

export interface CoverOptions {
  /** Most cells visited, and most that a list may hold; beyond it HealpixError 'too-many'. Default one million. */
  readonly limit?: number
}

const DEFAULT_LIMIT = 1_000_000
const CORNERS = [
  [0, 0],
  [0, 1],
  [1, 1],
  [1, 0],
] as const
const scratch = new Float64Array(3)

function vectorAt(face: number, x: number, y: number, out: Float64Array): Float64Array {
  facePoint(face, x, y, scratch)
  out[0] = scratch[2] * Math.cos(scratch[0])
  out[1] = scratch[2] * Math.sin(scratch[0])
  out[2] = scratch[1]
  return out
}

function outlinePoints(order: number, face: number, x: number, y: number): Float64Array[] {
  const n = 2 ** order
  return CORNERS.flatMap(([ax, ay], k) => {
    const [bx, by] = CORNERS[(k + 1) & 3]
    return Array.from({ length: STEPS }, (_, step) => {
      const f = step / STEPS
      return vectorAt(face, (x + ax + (bx - ax) * f) / n, (y + ay + (by - ay) * f) / n, new Float64Array(3))
    })
  })
}

/** The touched cells as sorted, merged, half-open ranges [start, end) of cells of `order`. */
export function cover<State>(
  order: number,
  shape: Shape<State>,
  { limit = DEFAULT_LIMIT }: CoverOptions,
): Float64Array {
  checkOrder(order)
  const ranges: number[] = []
  const centre = new Float64Array(3)
  const corner = new Float64Array(3)
  const at = new Int32Array(3)
  let visited = 0

  const take = (level: number, npix: number): void => {
    const scale = 4 ** (order - level)
    const start = npix * scale
    if (ranges.length > 0 && ranges[ranges.length - 1] === start) ranges[ranges.length - 1] = start + scale
    else ranges.push(start, start + scale)
  }

  const visit = (level: number, npix: number, state: State): void => {
    if (++visited > limit)
      throw new HealpixError(
        'too-many',
        `a covering at order ${order} needs more than ${limit} cells: ask for a lower order`,
      )
    const [face, x, y] = splitCell(level, npix, at)
    const n = 2 ** level
    vectorAt(face, (x + 0.5) / n, (y + 0.5) / n, centre)
    let radius = 0
    for (const [cx, cy] of CORNERS)
      radius = Math.max(radius, angle(centre, vectorAt(face, (x + cx) / n, (y + cy) / n, corner)))
    const inside = shape.narrow(centre, radius, state)
    if (inside === 'out') return
    if (inside === 'in') {
      take(level, npix)
    } else if (level < order) {
      for (let child = 0; child < 4; child++) visit(level + 1, 4 * npix + child, inside)
    } else {
      const cell = { order, npix, centre, radius, points: outlinePoints(order, face, x, y) }
      if (shape.touches(cell, inside)) take(level, npix)
    }
  }

  for (let face = 0; face < 12; face++) visit(0, face, shape.start)
  return Float64Array.from(ranges)
}

/** The cells of ranges one by one. */
export function listCells(ranges: Float64Array, { limit = DEFAULT_LIMIT }: CoverOptions = {}): number[] {
  let count = 0
  for (let i = 0; i < ranges.length; i += 2) count += ranges[i + 1] - ranges[i]
  if (count > limit) throw new HealpixError('too-many', `the region covers ${count} cells, more than ${limit}`)
  const cells: number[] = []
  for (let i = 0; i < ranges.length; i += 2) for (let npix = ranges[i]; npix < ranges[i + 1]; npix++) cells.push(npix)
  return cells
}

/** All cells of an order. */
export const wholeSky = (order: number): Float64Array => Float64Array.of(0, cellCount(order))
