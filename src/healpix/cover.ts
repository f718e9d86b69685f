// The cells of one order that a region touches: down the tree from the twelve base cells, whole subtrees taken or
// left by the circle around a cell, the last order decided by the cell's own outline. Complete (no touched cell is
// missing); a cell too many is possible only where the region ends within 1.25 % of a cell's radius outside of it.

import { angle } from './arc.ts'
import { HealpixError } from './errors.ts'
import { facePoint, joinCell } from './nested.ts'
import { cellCount, checkOrder, MAX_ORDER } from './order.ts'

/** A side of a cell bends away from the chain of great-circle arcs through 4 steps by at most 0.0112 of its radius (measured, orders 0 to 7). */
export const STEPS = 4
export const BEND = 0.0125

/** A cell of the last order while it is looked at: the vectors are written over for the next one. */
export interface CellOutline {
  readonly npix: number
  readonly centre: Float64Array
  /** Unit vectors of its corners, counter-clockwise. */
  corners(): readonly Float64Array[]
  /** Unit vectors of the 4 * STEPS points of the closed outline, one after the other. */
  points(): readonly Float64Array[]
}

/** Angle from the centre to the farthest corner: the whole cell lies within. */
export const cellRadius = (centre: Float64Array, corners: readonly Float64Array[]): number =>
  Math.max(angle(centre, corners[0]), angle(centre, corners[1]), angle(centre, corners[2]), angle(centre, corners[3]))

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

/** Writes `out.length / 4` points of each side. */
function outlinePoints(order: number, face: number, x: number, y: number, out: readonly Float64Array[]): void {
  const n = 2 ** order
  const steps = out.length / 4
  for (let k = 0; k < 4; k++) {
    const [ax, ay] = CORNERS[k]
    const [bx, by] = CORNERS[(k + 1) & 3]
    for (let step = 0; step < steps; step++) {
      const f = step / steps
      vectorAt(face, (x + ax + (bx - ax) * f) / n, (y + ay + (by - ay) * f) / n, out[k * steps + step])
    }
  }
}

const vectors = (count: number): Float64Array[] => Array.from({ length: count }, () => new Float64Array(3))

/** From centre to farthest corner of any cell, by order: those at the corners of the polar base cells reach farthest. */
const WIDEST = Float64Array.from({ length: MAX_ORDER + 1 }, (_, order) => {
  const n = 2 ** order
  const [centre, corner] = [new Float64Array(3), new Float64Array(3)]
  return angle(vectorAt(0, 1 - 0.5 / n, 0.5 / n, centre), vectorAt(0, 1, 1 / n, corner)) * (1 + 1e-12)
})

/** The touched cells as sorted, merged, half-open ranges [start, end) of cells of `order`. */
export function cover<State>(
  order: number,
  shape: Shape<State>,
  { limit = DEFAULT_LIMIT }: CoverOptions,
): Float64Array {
  checkOrder(order)
  const ranges: number[] = []
  const centre = new Float64Array(3)
  const corners = vectors(4)
  const outline = vectors(4 * STEPS)
  let visited = 0

  const take = (level: number, npix: number): void => {
    const scale = 4 ** (order - level)
    const start = npix * scale
    if (ranges.length > 0 && ranges[ranges.length - 1] === start) ranges[ranges.length - 1] = start + scale
    else ranges.push(start, start + scale)
  }

  const visit = (level: number, face: number, x: number, y: number, state: State): void => {
    if (++visited > limit)
      throw new HealpixError(
        'too-many',
        `a covering at order ${order} needs more than ${limit} cells: ask for a lower order`,
      )
    const n = 2 ** level
    vectorAt(face, (x + 0.5) / n, (y + 0.5) / n, centre)
    const inside = shape.narrow(centre, WIDEST[level], state)
    if (inside === 'out') return
    if (inside === 'in') {
      take(level, joinCell(level, face, x, y))
    } else if (level < order) {
      for (let child = 0; child < 4; child++) visit(level + 1, face, 2 * x + (child & 1), 2 * y + (child >> 1), inside)
    } else {
      const points = (out: Float64Array[]) => {
        outlinePoints(order, face, x, y, out)
        return out
      }
      const npix = joinCell(level, face, x, y)
      const cell = { npix, centre, corners: () => points(corners), points: () => points(outline) }
      if (shape.touches(cell, inside)) take(level, npix)
    }
  }

  for (let face = 0; face < 12; face++) visit(0, face, 0, 0, shape.start)
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
