// Which tiles of a map can exist: its MOC as ranges of nested cells at one order, asked by binary search.

/** `[start, end)` pairs at `order`, sorted and apart. */
export interface Coverage {
  readonly order: number
  readonly ranges: Float64Array
}

/**
 * From the manifest: `{order, ranges: [start, end, …]}` (also as pairs) or the IVOA JSON form `{"8": [cells]}`,
 * alone or under `cells`.
 */
export function parseCoverage(value: unknown): Coverage {
  const { order, ranges, cells } = value as { order?: unknown; ranges?: unknown; cells?: unknown }
  const list = ranges ?? cells
  if (Array.isArray(list) && isOrder(order)) return merged(order, pairs(list.flat()))
  const byOrder = (typeof cells === 'object' && cells !== null ? cells : value) as Record<string, unknown>
  const orders = Object.keys(byOrder).filter((key) => /^\d+$/.test(key))
  const deepest = Math.max(0, ...orders.map(Number))
  if (!isOrder(deepest)) throw new TypeError('the MOC is deeper than order 24')
  const found: [number, number][] = []
  for (const key of orders) {
    const scale = 4 ** (deepest - Number(key))
    for (const cell of byOrder[key] as number[]) found.push([cell * scale, (cell + 1) * scale])
  }
  return merged(deepest, found)
}

/** Whether any part of the tile's cell is covered. */
export function covers({ order, ranges }: Coverage, tileOrder: number, npix: number): boolean {
  const scale = 4 ** (order - tileOrder)
  const start = scale >= 1 ? npix * scale : Math.floor(npix * scale)
  const end = scale >= 1 ? (npix + 1) * scale : start + 1
  // The first range that ends after `start`.
  let low = 0
  let high = ranges.length / 2
  while (low < high) {
    const middle = (low + high) >> 1
    if (ranges[2 * middle + 1] > start) high = middle
    else low = middle + 1
  }
  return low < ranges.length / 2 && ranges[2 * low] < end
}

function pairs(flat: unknown[]): [number, number][] {
  const found: [number, number][] = []
  for (let i = 0; i + 1 < flat.length; i += 2) found.push([Number(flat[i]), Number(flat[i + 1])])
  return found
}

function merged(order: number, found: [number, number][]): Coverage {
  if (found.some(([start, end]) => !(start >= 0 && end > start))) throw new TypeError('the MOC holds no cells')
  found.sort((a, b) => a[0] - b[0])
  const flat: number[] = []
  for (const [start, end] of found) {
    const last = flat.length - 1
    if (last > 0 && start <= flat[last]) flat[last] = Math.max(flat[last], end)
    else flat.push(start, end)
  }
  return { order, ranges: Float64Array.from(flat) }
}

const isOrder = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 24
