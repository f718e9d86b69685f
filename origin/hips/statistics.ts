// `statistics.json` beside `properties`: per order how many tiles, how much of the sky, bytes of each format, and the
// least, greatest and mean pixel (values of FITS tiles in the images' unit; greys and colours 0 to 255).

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cellCount } from '#src/healpix'
import type { TileFormat } from './recipe.ts'
import type { Spread, TileDone } from './work.ts'

export const STATISTICS_FILE = 'statistics.json'

export interface PixelStatistics {
  readonly min: number
  readonly max: number
  readonly mean: number
}

export interface OrderStatistics {
  readonly order: number
  readonly tiles: number
  /** 0 to 1: of the sky that the tiles cover. */
  readonly skyFraction: number
  readonly formats: Readonly<Partial<Record<TileFormat, { readonly bytes: number; readonly pixels?: PixelStatistics }>>>
}

export interface MapStatistics {
  readonly version: 1
  /** Deepest tiles are not kept: their bytes are those they have when they are asked for. */
  readonly skipDeepest: boolean
  readonly orders: readonly OrderStatistics[]
}

/** `tiles` in the order of their addresses, so that sums are the same whoever was first. */
export function statisticsOf(
  tiles: readonly TileDone[],
  formats: readonly TileFormat[],
  skipDeepest: boolean,
): MapStatistics {
  const byOrder = Map.groupBy(
    tiles.filter(({ files }) => files.length > 0),
    ({ order }) => order,
  )
  const orders = [...byOrder].map(([order, own]) => ({
    order,
    tiles: own.length,
    skyFraction: own.length / cellCount(order),
    formats: Object.fromEntries(
      formats.map((format) => {
        const bytes = own.reduce(
          (sum, { files }) => sum + (files.find((file) => file.format === format)?.bytes ?? 0),
          0,
        )
        return [
          format,
          { bytes, pixels: pixelsOf(own.map(({ values, greys }) => (format === 'fits' ? values : greys))) },
        ]
      }),
    ),
  }))
  return { version: 1, skipDeepest, orders: orders.sort((a, b) => a.order - b.order) }
}

function pixelsOf(spreads: readonly (Spread | undefined)[]): PixelStatistics | undefined {
  let [least, most, total, number] = [Infinity, -Infinity, 0, 0]
  for (const spread of spreads) {
    if (!spread || spread.count === 0) continue
    least = Math.min(least, spread.min)
    most = Math.max(most, spread.max)
    total += spread.sum
    number += spread.count
  }
  return number > 0 ? { min: least, max: most, mean: total / number } : undefined
}

/** Undefined where a map has none: an older one, or another's. */
export function readStatistics(folder: string): MapStatistics | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, STATISTICS_FILE), 'utf8')) as MapStatistics
  } catch {
    return undefined
  }
}
