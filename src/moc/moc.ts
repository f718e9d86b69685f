// A space coverage map (IVOA MOC 2.0, section 4.1): a set of nested HEALPix cells, kept as sorted, disjoint,
// non-touching half-open ranges [start, end) at one order. The order is part of the value: it is the resolution the map
// was made with, also where larger cells would say the same. Maps deeper than order 24 are taken at order 24,
// every touched cell included.

import { ancestor, cellCount, checkCell, checkOrder, hash } from '#src/healpix'
import { MocError } from './errors.ts'

export interface Moc {
  /** 0 to 24. */
  readonly order: number
  /** start, end, start, end, ... in cells of `order`. */
  readonly ranges: Float64Array
}

export interface Cell {
  readonly order: number
  readonly npix: number
}

export const emptyMoc = (order: number): Moc => ({ order, ranges: new Float64Array(0) })
export const allSky = (order: number): Moc => ({ order, ranges: Float64Array.of(0, cellCount(order)) })

/** From pairs in any order that may overlap: sorted, merged, empty ones dropped. */
export function mocOfRanges(order: number, pairs: ArrayLike<number>): Moc {
  checkOrder(order)
  const count = cellCount(order)
  const byStart = new Float64Array(pairs.length >> 1)
  let sorted = true
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const start = pairs[i]
    const end = pairs[i + 1]
    if (!(Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= count))
      throw new MocError('bad-cell', `a range at order ${order} lies within 0 to ${count}, got ${start} to ${end}`)
    byStart[i >> 1] = i
    if (i > 0 && start < pairs[i - 2]) sorted = false
  }
  if (!sorted) byStart.sort((a, b) => pairs[a] - pairs[b])
  const merged: number[] = []
  for (const i of byStart) {
    if (pairs[i] === pairs[i + 1]) continue
    const last = merged.length - 1
    if (last > 0 && pairs[i] <= merged[last]) merged[last] = Math.max(merged[last], pairs[i + 1])
    else merged.push(pairs[i], pairs[i + 1])
  }
  return { order, ranges: Float64Array.from(merged) }
}

/** From cells of one order, in any order and repeated as they like. */
export function mocOf(order: number, cells: Iterable<number>): Moc {
  const pairs: number[] = []
  for (const npix of cells) {
    checkCell(order, npix)
    if (pairs.length > 0 && pairs[pairs.length - 1] === npix) pairs[pairs.length - 1] = npix + 1
    else pairs.push(npix, npix + 1)
  }
  return mocOfRanges(order, pairs)
}

/** From cells of mixed orders; `order` is the map's, at least the deepest cell's when not given. */
export function mocOfCells(cells: Iterable<Cell>, order?: number): Moc {
  const list = [...cells]
  let deepest = 0
  for (const cell of list) {
    checkCell(cell.order, cell.npix)
    deepest = Math.max(deepest, cell.order)
  }
  const pairs = list.flatMap((cell) => {
    const scale = 4 ** (deepest - cell.order)
    return [cell.npix * scale, (cell.npix + 1) * scale]
  })
  return atOrder(mocOfRanges(deepest, pairs), order ?? deepest)
}

/** The map at another order: deeper is the same area; lower takes every cell that is touched. */
export function atOrder(moc: Moc, order: number): Moc {
  checkOrder(order)
  if (order === moc.order) return moc
  if (order > moc.order) {
    const scale = 4 ** (order - moc.order)
    return { order, ranges: moc.ranges.map((edge) => edge * scale) }
  }
  const scale = 4 ** (moc.order - order)
  return mocOfRanges(
    order,
    moc.ranges.map((edge, i) => (i % 2 === 0 ? Math.floor(edge / scale) : Math.ceil(edge / scale))),
  )
}

/** At a lower order, every touched cell taken whole; a map that is already as coarse stays as it is. */
export const degrade = (moc: Moc, order: number): Moc => (order < moc.order ? atOrder(moc, order) : moc)

/** Index of the last range that starts at or before `edge`, -1 for none. */
function rangeBefore(ranges: Float64Array, edge: number): number {
  let low = 0
  let high = ranges.length >> 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (ranges[2 * middle] <= edge) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Whether the whole cell is covered. */
export function contains(moc: Moc, order: number, npix: number): boolean {
  checkCell(order, npix)
  if (order >= moc.order) {
    const cell = ancestor(order, npix, moc.order)
    const k = rangeBefore(moc.ranges, cell)
    return k >= 0 && cell < moc.ranges[2 * k + 1]
  }
  const scale = 4 ** (moc.order - order)
  const k = rangeBefore(moc.ranges, npix * scale)
  return k >= 0 && (npix + 1) * scale <= moc.ranges[2 * k + 1]
}

/** Whether any part of the cell is covered: a tile exists where its cell is touched. */
export function touches(moc: Moc, order: number, npix: number): boolean {
  checkCell(order, npix)
  if (order >= moc.order) return contains(moc, order, npix)
  const scale = 4 ** (moc.order - order)
  const k = rangeBefore(moc.ranges, (npix + 1) * scale - 1)
  return k >= 0 && moc.ranges[2 * k + 1] > npix * scale
}

/** Whether a position (radians, in the map's frame) lies in a covered cell. */
export const containsPosition = (moc: Moc, lonRad: number, latRad: number): boolean =>
  contains(moc, moc.order, hash(moc.order, lonRad, latRad))

/** Covered cells at the map's own order. */
export function countCells(moc: Moc): number {
  let sum = 0
  for (let i = 0; i < moc.ranges.length; i += 2) sum += moc.ranges[i + 1] - moc.ranges[i]
  return sum
}

/** Covered part of the sphere, 0 to 1. */
export const skyFraction = (moc: Moc): number => countCells(moc) / cellCount(moc.order)

/** Every covered cell of the map's own order, ascending. */
export function* cellsOf(moc: Moc): Generator<number> {
  for (let i = 0; i < moc.ranges.length; i += 2)
    for (let npix = moc.ranges[i]; npix < moc.ranges[i + 1]; npix++) yield npix
}

/** The fewest cells that say the same, each as large as it can be; ascending along the sky. */
export function* largestCells(moc: Moc): Generator<Cell> {
  for (let i = 0; i < moc.ranges.length; i += 2) {
    let at = moc.ranges[i]
    const end = moc.ranges[i + 1]
    while (at < end) {
      let order = moc.order
      let size = 1
      while (order > 0 && at % (size * 4) === 0 && at + size * 4 <= end) {
        size *= 4
        order--
      }
      yield { order, npix: at / size }
      at += size
    }
  }
}
