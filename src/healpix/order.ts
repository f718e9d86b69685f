// Orders and cell counts. nside = 2^order; a nested index of order 24 is below 12 * 4^24 < 2^53, so a `number` holds
// it exactly; deeper orders do not exist in this room.

import { HealpixError } from './errors.ts'

export const MAX_ORDER = 24

export const nside = (order: number): number => 2 ** order
export const cellCount = (order: number): number => 12 * 4 ** order
/** Area of every cell, steradian. */
export const cellAreaSr = (order: number): number => (4 * Math.PI) / cellCount(order)

export function checkOrder(order: number): void {
  if (!(Number.isInteger(order) && order >= 0 && order <= MAX_ORDER))
    throw new HealpixError('bad-order', `a HEALPix order is an integer of 0 to ${MAX_ORDER}, got ${order}`)
}

export function checkCell(order: number, npix: number): void {
  checkOrder(order)
  if (!(Number.isInteger(npix) && npix >= 0 && npix < cellCount(order)))
    throw new HealpixError('bad-npix', `order ${order} has cells 0 to ${cellCount(order) - 1}, got ${npix}`)
}

/** The cell of a lower order that holds this one. */
export const ancestor = (order: number, npix: number, lowerOrder: number): number =>
  Math.floor(npix / 4 ** (order - lowerOrder))

/** First of the 4^(deeper - order) cells of a deeper order inside this one: they are consecutive. */
export const firstDescendant = (order: number, npix: number, deeperOrder: number): number =>
  npix * 4 ** (deeperOrder - order)
