// Set operations on coverage maps: one sweep over the edges of both. The result has the deeper of the two orders.

import { cellCount } from '#src/healpix'
import { atOrder, type Moc } from './moc.ts'

function sweep(a: Moc, b: Moc, keep: (inA: boolean, inB: boolean) => boolean): Moc {
  const order = Math.max(a.order, b.order)
  const edgesA = atOrder(a, order).ranges
  const edgesB = atOrder(b, order).ranges
  const out = new Float64Array(edgesA.length + edgesB.length)
  let count = 0
  let i = 0
  let j = 0
  let inside = false
  while (i < edgesA.length || j < edgesB.length) {
    const edge = j === edgesB.length || edgesA[i] < edgesB[j] ? edgesA[i] : edgesB[j]
    if (edgesA[i] === edge) i++
    if (edgesB[j] === edge) j++
    // An odd number of edges passed means being within a range.
    const kept = keep(i % 2 === 1, j % 2 === 1)
    if (kept !== inside) out[count++] = edge
    inside = kept
  }
  return { order, ranges: out.slice(0, count) }
}

export const union = (a: Moc, b: Moc): Moc => sweep(a, b, (inA, inB) => inA || inB)
export const intersection = (a: Moc, b: Moc): Moc => sweep(a, b, (inA, inB) => inA && inB)
/** What is in a and not in b. */
export const difference = (a: Moc, b: Moc): Moc => sweep(a, b, (inA, inB) => inA && !inB)

/** The rest of the sky. */
export function complement(moc: Moc): Moc {
  const all: Moc = { order: moc.order, ranges: Float64Array.of(0, cellCount(moc.order)) }
  return difference(all, moc)
}

/** Union of many, by halves: maps of a survey's images. */
export function unionOf(mocs: readonly Moc[], order = 0): Moc {
  if (mocs.length === 0) return { order, ranges: new Float64Array(0) }
  if (mocs.length === 1) return mocs[0]
  const half = mocs.length >> 1
  return union(unionOf(mocs.slice(0, half)), unionOf(mocs.slice(half)))
}

/** Whether two maps say the same, order included. */
export function equal(a: Moc, b: Moc): boolean {
  return a.order === b.order && a.ranges.length === b.ranges.length && a.ranges.every((edge, k) => edge === b.ranges[k])
}
