// The eight cells around a cell. Base cells 0-3 meet at the north pole, 4-7 lie on the equator, 8-11 meet at the
// south pole; stepping off a base cell lands on the one across that side, and two polar base cells that share a
// meridian are turned by a right angle against each other.

import { joinCell, splitCell } from './nested.ts'
import { checkCell } from './order.ts'

/** Steps in x (to the north-east) and y (to the north-west): SW, W, NW, N, NE, E, SE, S as healpy orders them. */
const STEP_X = [-1, -1, 0, 1, 1, 1, 0, -1]
const STEP_Y = [0, 1, 1, 1, 0, -1, -1, -1]

/** The cell (x, y) relative to a base cell, up to one base cell off it; -1 where three base cells meet in a point. */
function wrapped(order: number, face: number, x: number, y: number): number {
  const n = 2 ** order
  const dx = x < 0 ? -1 : x >= n ? 1 : 0
  const dy = y < 0 ? -1 : y >= n ? 1 : 0
  if (dx === 0 && dy === 0) return joinCell(order, face, x, y)
  const zone = face >> 2
  const next = (face + 1) & 3
  const previous = (face + 3) & 3
  const opposite = (face + 2) & 3
  const here = face & 3
  const last = n - 1
  if (dx !== 0 && dy !== 0) {
    if (zone === 1) {
      if (dx === dy) return -1
      return dx > 0 ? joinCell(order, 4 + next, 0, last) : joinCell(order, 4 + previous, last, 0)
    }
    if (dx !== dy) return -1
    if (zone === 0) return dx > 0 ? joinCell(order, opposite, last, last) : joinCell(order, 8 + here, last, last)
    return dx > 0 ? joinCell(order, here, 0, 0) : joinCell(order, 8 + opposite, 0, 0)
  }
  if (zone === 0) {
    if (dx > 0) return joinCell(order, next, y, last)
    if (dy > 0) return joinCell(order, previous, last, x)
    return dx < 0 ? joinCell(order, 4 + here, last, y) : joinCell(order, 4 + next, x, last)
  }
  if (zone === 1) {
    if (dx > 0) return joinCell(order, here, 0, y)
    if (dy > 0) return joinCell(order, previous, x, 0)
    return dx < 0 ? joinCell(order, 8 + previous, last, y) : joinCell(order, 8 + here, x, last)
  }
  if (dx > 0) return joinCell(order, 4 + next, 0, y)
  if (dy > 0) return joinCell(order, 4 + here, x, 0)
  return dx < 0 ? joinCell(order, 8 + previous, y, 0) : joinCell(order, 8 + next, 0, x)
}

/** The neighbours SW, W, NW, N, NE, E, SE, S of a cell; -1 for the one that is missing at a corner of three. */
export function neighbours(order: number, npix: number): number[] {
  checkCell(order, npix)
  const [face, x, y] = splitCell(order, npix, new Int32Array(3))
  return STEP_X.map((stepX, k) => wrapped(order, face, x + stepX, y + STEP_Y[k]))
}
