// Which tiles a pack may hold, and their place in it. A pack holds the tree below one cell (a shard), or the orders above
// all shards (the top, twelve trees, and the Allsky files behind them). A tile's key is its number in the walk through
// the whole tree that visits a tile, then its four children with all that is below each: so a tile and everything
// below it is one run of keys, and one range of bytes.

import { cellCount, MAX_ORDER } from '#src/healpix'
import type { TileAddress, TileFormat } from '../tile.ts'
import { PackError } from './errors.ts'

export interface PackShape {
  readonly format: TileFormat
  /** Order of its roots. */
  readonly firstOrder: number
  /** Orders it holds: firstOrder to firstOrder + orders - 1; 0 where only Allsky files are in it. */
  readonly orders: number
  /** The cell of a shard; all twelve of order 0 for the top. */
  readonly root: number | 'top'
}

/** An Allsky file has an order and no index. */
export type PackAddress = { readonly order: number; readonly npix: number } | { readonly allsky: number }

const ALLSKY_ORDERS = 4

/** Tiles in a whole tree of so many orders. */
export const treeSize = (orders: number): number => (4 ** orders - 1) / 3

/** Keys are below this. */
export const keyLimit = (shape: PackShape): number =>
  shape.root === 'top' ? 12 * treeSize(shape.orders) + ALLSKY_ORDERS : treeSize(shape.orders)

/** undefined where the pack cannot hold it. */
export function keyOf(shape: PackShape, address: PackAddress): number | undefined {
  const { firstOrder, orders, root } = shape
  if ('allsky' in address)
    return root === 'top' && address.allsky >= 0 && address.allsky < ALLSKY_ORDERS
      ? 12 * treeSize(orders) + address.allsky
      : undefined
  const depth = address.order - firstOrder
  if (depth < 0 || depth >= orders) return undefined
  const below = 4 ** depth
  const first = Math.floor(address.npix / below)
  if (root === 'top' ? first >= 12 : first !== root) return undefined
  let rest = address.npix - first * below
  let key = root === 'top' ? first * treeSize(orders) : 0
  for (let level = 1, unit = below / 4; level <= depth; level++, unit /= 4) {
    const child = Math.floor(rest / unit)
    rest -= child * unit
    key += 1 + child * treeSize(orders - level)
  }
  return key
}

/** Of a key below the limit. */
export function addressOf(shape: PackShape, key: number): PackAddress {
  const { firstOrder, orders, root } = shape
  const tree = treeSize(orders)
  if (root === 'top' && key >= 12 * tree) return { allsky: key - 12 * tree }
  let npix = root === 'top' ? Math.floor(key / tree) : root
  let rest = root === 'top' ? key % tree : key
  let order = firstOrder
  for (let level = 1; rest > 0; level++) {
    const size = treeSize(orders - level)
    const child = Math.floor((rest - 1) / size)
    rest -= 1 + child * size
    npix = 4 * npix + child
    order++
  }
  return { order, npix }
}

/** The key after the last tile below this one. */
export const keyAfter = (shape: PackShape, { order }: { order: number }, key: number): number =>
  key + treeSize(shape.orders - (order - shape.firstOrder))

/** The pack that holds a tile, or the top where an Allsky file is asked for. */
export function packFor({ order, npix }: Pick<TileAddress, 'order' | 'npix'>, shardOrder: number): PackShape['root'] {
  return order < shardOrder ? 'top' : Math.floor(npix / 4 ** (order - shardOrder))
}

export function shapeOf(
  format: TileFormat,
  { shardOrder, order }: { shardOrder: number; order: number },
  root: PackShape['root'],
): PackShape {
  if (root === 'top') return { format, firstOrder: 0, orders: shardOrder, root }
  if (!(Number.isInteger(root) && root >= 0 && root < cellCount(shardOrder)))
    throw new PackError('bad-tiles', `order ${shardOrder} has shards 0 to ${cellCount(shardOrder) - 1}, got ${root}`)
  return { format, firstOrder: shardOrder, orders: Math.min(MAX_ORDER, order) - shardOrder + 1, root }
}

/** `png-o3-17.pack`, `png-top.pack`: below the map's `packs/`. */
export const packName = (format: TileFormat, shardOrder: number, root: PackShape['root']): string =>
  root === 'top' ? `${format}-top.pack` : `${format}-o${shardOrder}-${root}.pack`

export function parsePackName(
  name: string,
): { format: TileFormat; root: PackShape['root']; shardOrder?: number } | undefined {
  const match = /^(png|fits|jpg|webp)-(?:(top)|o(0|[1-9]\d?)-(0|[1-9]\d{0,15}))\.pack$/.exec(name)
  if (!match) return undefined
  const format = match[1] as TileFormat
  if (match[2]) return { format, root: 'top' }
  const shardOrder = Number(match[3])
  const root = Number(match[4])
  return shardOrder <= MAX_ORDER && root < cellCount(shardOrder) ? { format, root, shardOrder } : undefined
}
