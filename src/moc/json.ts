// MOC as JSON (IVOA MOC 2.0, appendix): {"3":[57,60],"4":[1024]}, cells listed by order.

import { MAX_ORDER } from '#src/healpix'
import { cellsByOrder, pushCells } from './ascii.ts'
import { MocError } from './errors.ts'
import { atOrder, type Moc, mocOfRanges } from './moc.ts'

export type MocJson = Record<string, readonly number[]>

export const mocJson = (moc: Moc): MocJson =>
  Object.fromEntries(cellsByOrder(moc).map(([order, cells]) => [String(order), cells]))

/** From a parsed JSON value of unknown shape. Cells deeper than order 26 come through JSON rounded to a double. */
export function parseMocJson(value: unknown): Moc {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new MocError('bad-syntax', 'a MOC in JSON is an object of orders, like {"3":[57,60]}')
  const pairs: number[] = []
  let deepest = 0
  for (const [key, cells] of Object.entries(value)) {
    if (!/^\d{1,2}$/.test(key) || !Array.isArray(cells))
      throw new MocError('bad-syntax', `a MOC in JSON lists cells by order, got "${key.slice(0, 40)}"`)
    deepest = Math.max(deepest, Number(key))
    for (const cell of cells) {
      if (!Number.isInteger(cell) || cell < 0)
        throw new MocError('bad-cell', `order ${key} has no cell ${String(cell).slice(0, 40)}`)
      pushCells(pairs, Number(key), BigInt(cell), BigInt(cell))
    }
  }
  return atOrder(mocOfRanges(MAX_ORDER, pairs), Math.min(deepest, MAX_ORDER))
}
