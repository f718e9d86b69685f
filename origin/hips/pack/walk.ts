// A tree's tiles in the order of their indices, shard by shard: no more names are held than a shard and a `Dir` have.

import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import {
  allskyPath,
  type PackAddress,
  type PackShape,
  parseAllskyPath,
  parseTilePath,
  type TileFormat,
  tilePath,
} from '#src/hips'

export interface Shard {
  readonly root: PackShape['root']
  readonly tiles: readonly PackAddress[]
}

export const pathOf = (format: TileFormat, address: PackAddress): string =>
  'allsky' in address ? allskyPath(address.allsky, format) : tilePath({ ...address, format })

/** Orders that have a folder, ascending. */
export function ordersIn(folder: string): number[] {
  const found = readdirSync(folder).map((name) => /^Norder(0|[1-9]\d?)$/.exec(name)?.[1])
  return found.flatMap((order) => (order === undefined ? [] : [Number(order)])).sort((a, b) => a - b)
}

/** Indices ascending. */
export function* tilesOfOrder(folder: string, order: number, format: TileFormat): Generator<number> {
  const path = join(folder, `Norder${order}`)
  if (!existsSync(path)) return
  const dirs = readdirSync(path).map((name) => /^Dir(0|[1-9]\d*)$/.exec(name)?.[1])
  const firsts = dirs.flatMap((first) => (first === undefined ? [] : [Number(first)])).sort((a, b) => a - b)
  const suffix = `.${format}`
  for (const first of firsts) {
    const here: number[] = []
    for (const name of readdirSync(join(path, `Dir${first}`))) {
      if (!name.endsWith(suffix)) continue
      const tile = parseTilePath(`Norder${order}/Dir${first}/${name}`)
      if (tile) here.push(tile.npix)
    }
    yield* here.sort((a, b) => a - b)
  }
}

/** The top first, then the shards that have tiles, ascending. */
export function* shardsOf(folder: string, format: TileFormat, shardOrder: number): Generator<Shard> {
  const orders = ordersIn(folder)
  const top: PackAddress[] = []
  for (const order of orders.filter((order) => order < shardOrder))
    for (const npix of tilesOfOrder(folder, order, format)) top.push({ order, npix })
  for (let order = 0; order <= 3; order++)
    if (existsSync(join(folder, allskyPath(order, format)))) top.push({ allsky: order })
  yield { root: 'top', tiles: top }
  yield* merged(folder, format, shardOrder, orders)
}

function* merged(folder: string, format: TileFormat, shardOrder: number, orders: readonly number[]): Generator<Shard> {
  const walks = orders
    .filter((order) => order >= shardOrder)
    .map((order) => ({ order, walk: tilesOfOrder(folder, order, format), next: undefined as number | undefined }))
  for (const one of walks) one.next = one.walk.next().value ?? undefined
  const shardOf = (one: (typeof walks)[number]) =>
    one.next === undefined ? Number.POSITIVE_INFINITY : Math.floor(one.next / 4 ** (one.order - shardOrder))
  for (;;) {
    const root = Math.min(...walks.map(shardOf))
    if (!Number.isFinite(root)) return
    const tiles: PackAddress[] = []
    for (const one of walks)
      while (one.next !== undefined && shardOf(one) === root) {
        tiles.push({ order: one.order, npix: one.next })
        one.next = one.walk.next().value ?? undefined
      }
    yield { root, tiles }
  }
}

/** Counts the tiles of the formats, and tells of every other file by its name below the folder. Links are followed. */
export function survey(
  folder: string,
  formats: readonly TileFormat[],
  other: (name: string) => void,
): ReadonlyMap<TileFormat, number> {
  const tiles = new Map<TileFormat, number>(formats.map((format) => [format, 0]))
  const walk = (below: string) => {
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      const name = below === '' ? entry.name : `${below}/${entry.name}`
      if (entry.isDirectory() || (entry.isSymbolicLink() && statSync(join(folder, name)).isDirectory())) {
        walk(name)
        continue
      }
      const format = (parseTilePath(name) ?? parseAllskyPath(name))?.format
      const count = format && tiles.get(format)
      if (format === undefined || count === undefined) other(name)
      else tiles.set(format, count + 1)
    }
  }
  walk('')
  return tiles
}
