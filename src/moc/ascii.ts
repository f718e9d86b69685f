// MOC as text (IVOA MOC 2.0, section 4.3.2): `3/57 60-63 4/1024`: an order, then cells and inclusive ranges, split by
// blanks or commas. An order without cells at the end says the map's order.

import { MAX_ORDER } from '#src/healpix'
import { MocError } from './errors.ts'
import { atOrder, largestCells, type Moc, mocOfRanges } from './moc.ts'

const MAX_TEXT = 64 * 1024 * 1024
const DEEPEST = 29
const TOKEN = /^(?:s?(\d{1,2})\/)?(?:(\d{1,19})(?:-(\d{1,19}))?)?$/

const quoted = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text)

/** Adds cells first to last (inclusive) of an order, which may be deeper than this room holds. */
export function pushCells(pairs: number[], order: number, first: bigint, last: bigint): void {
  if (order > DEEPEST || first > last || last >= 12n * 4n ** BigInt(order))
    throw new MocError('bad-cell', `order ${order} has no cells ${first}-${last}`)
  if (order <= MAX_ORDER) {
    const scale = 4 ** (MAX_ORDER - order)
    pairs.push(Number(first) * scale, (Number(last) + 1) * scale)
  } else {
    const shift = BigInt(2 * (order - MAX_ORDER))
    pairs.push(Number(first >> shift), Number(last >> shift) + 1)
  }
}

export function parseMocAscii(text: string): Moc {
  if (text.length > MAX_TEXT) throw new MocError('too-large', `a MOC text of ${text.length} characters is too long`)
  const pairs: number[] = []
  let order = -1
  let deepest = 0
  for (const token of text.trim().split(/[\s,]+/)) {
    if (token === '') continue
    const match = TOKEN.exec(token)
    if (!match) throw new MocError('bad-syntax', `a MOC is written like 3/57 60-63 4/1024, got ${quoted(token)}`)
    if (match[1] !== undefined) order = Number(match[1])
    if (order < 0) throw new MocError('bad-syntax', `a MOC starts with an order like 3/, got ${quoted(token)}`)
    if (order > DEEPEST) throw new MocError('bad-cell', `a MOC order is 0 to ${DEEPEST}, got ${order}`)
    deepest = Math.max(deepest, order)
    if (match[2] !== undefined) pushCells(pairs, order, BigInt(match[2]), BigInt(match[3] ?? match[2]))
  }
  return atOrder(mocOfRanges(MAX_ORDER, pairs), Math.min(deepest, MAX_ORDER))
}

export function mocAscii(moc: Moc): string {
  const parts: string[] = []
  for (const [order, cells] of cellsByOrder(moc)) {
    const runs: string[] = []
    for (let i = 0; i < cells.length; ) {
      let j = i
      while (j + 1 < cells.length && cells[j + 1] === cells[j] + 1) j++
      runs.push(i === j ? `${cells[i]}` : `${cells[i]}-${cells[j]}`)
      i = j + 1
    }
    parts.push(`${order}/${runs.join(' ')}`)
  }
  return parts.join(' ')
}

/** Largest cells by order, ascending; the map's own order is always there, perhaps empty. */
export function cellsByOrder(moc: Moc): [order: number, cells: number[]][] {
  const byOrder: number[][] = Array.from({ length: moc.order + 1 }, () => [])
  for (const cell of largestCells(moc)) byOrder[cell.order].push(cell.npix)
  return byOrder
    .map((cells, order): [number, number[]] => [order, cells])
    .filter(([order, cells]) => cells.length > 0 || order === moc.order)
}
