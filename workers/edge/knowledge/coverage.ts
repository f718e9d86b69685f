// Which tiles of a map can exist: its MOC, as the manifest writes it.

import { type Moc, mocOfRanges, parseMocJson } from '#src/moc'

/** `{order, ranges: [start, end, …]}`, or the IVOA JSON form `{"8": [cells]}`, alone or under `cells`. */
export function parseCoverage(value: unknown): Moc {
  const { order, ranges, cells } = value as { order?: unknown; ranges?: unknown; cells?: unknown }
  const list = ranges ?? cells
  if (Array.isArray(list)) return mocOfRanges(order as number, list.flat())
  return parseMocJson(cells ?? value)
}
