// Which addresses of a map an edge is filled with: its descriptions, then tiles from its MOC, order after order in
// nested order, so that tiles near each other on the sky come one after the other.

import { allskyPath, type TileFormat, tilePath } from '#src/hips'
import { atOrder, cellsOf, countCells, type Moc, parseMocJson } from '#src/moc'
import type { MapRecord } from '../catalog/store.ts'

export interface Wanted {
  readonly tier: 'public' | 'full'
  readonly orders: { readonly first: number; readonly last: number }
  readonly formats: readonly TileFormat[]
}

const DESCRIPTIONS = ['properties', 'Moc.fits', 'preview.jpg', 'index.html']
/** The order of the one Allsky picture that clients ask for. */
const ALLSKY = 3

export interface Addresses {
  readonly count: number
  /** Of them, those of tiles. */
  readonly tiles: number
  paths(): Generator<string>
}

export function addressesOf(record: MapRecord, { tier, orders, formats }: Wanted): Addresses {
  const first = Math.max(orders.first, record.orderMin ?? 0)
  const last = Math.min(orders.last, tier === 'public' ? record.publicOrder : record.order)
  const kept = formats.filter((format) => record.formats.includes(format))
  const text = (tier === 'public' && record.publicMoc) || record.moc
  const mocs: Moc[] = []
  for (let order = first; order <= last; order++) mocs.push(atOrder(parseMocJson(JSON.parse(text)), order))
  const files = [...DESCRIPTIONS]
  if (first <= ALLSKY && ALLSKY <= last) files.push(...kept.map((format) => allskyPath(ALLSKY, format)))
  const tiles = mocs.reduce((sum, moc) => sum + countCells(moc), 0) * kept.length
  return {
    count: files.length + tiles,
    tiles,
    *paths() {
      const base = `/hips/${tier}/${record.map}/`
      for (const file of files) yield base + file
      for (const moc of mocs)
        for (const npix of cellsOf(moc))
          for (const format of kept) yield base + tilePath({ order: moc.order, npix, format })
    },
  }
}
