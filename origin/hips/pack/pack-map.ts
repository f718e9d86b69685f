// `skyedge hips pack`: a map's tree becomes packs, in a new folder that takes its place. The bytes stay the same, so its
// generation and every cached tile do too.

import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { packName, shapeOf } from '#src/hips'
import type { MapRecord } from '../../catalog/store.ts'
import { HipsBuildError } from '../errors.ts'
import { hipsFolderOf } from '../map-folder.ts'
import { readRecipe } from '../recipe.ts'
import { carryOver, mapRecord, moveMap, type PackWorld, placeAs, removeOld } from './place.ts'
import { ordersIn, shardsOf, survey } from './walk.ts'
import { writePack } from './write-pack.ts'

export interface PackOptions {
  readonly map: string
  /** Default: seven orders in a shard. */
  readonly shardOrder?: number
  /** Leave the tree beside the packs. */
  readonly keepTree?: boolean
}

export interface PackResult {
  readonly record: MapRecord
  /** It was packed before. */
  readonly isOld: boolean
  readonly packs: number
  readonly tiles: number
  readonly bytes: number
}

/** Of the deepest tiles in a shard: 5461 tiles at most, whose directory fits a first read. */
const SHARD_DEPTH = 6

const shardOrderFor = (order: number): number => Math.max(0, order - SHARD_DEPTH)

export async function packMap(options: PackOptions, world: PackWorld): Promise<PackResult> {
  const { map, keepTree = false } = options
  const record = await mapRecord(world, map)
  const none = { packs: 0, tiles: 0, bytes: 0 }
  if (record.layout?.kind === 'packed') {
    if (options.shardOrder !== undefined && options.shardOrder !== record.layout.shardOrder)
      throw new HipsBuildError(
        'bad-option',
        `the map ${map} is packed in shards of order ${record.layout.shardOrder}: unpack it first`,
      )
    if (!keepTree) await removeOld(world, placeAs(record, 'tree'))
    return { record, isOld: true, ...none }
  }
  const tree = join(hipsFolderOf(world.dataFolder), record.folder)
  await refuseOnDemand(record, tree)
  const deepest = Math.max(record.order, ...ordersIn(tree))
  const shardOrder = options.shardOrder ?? shardOrderFor(record.order)
  if (shardOrder > deepest)
    throw new HipsBuildError(
      'bad-option',
      `the map ${map} has orders to ${deepest}, so no shards of order ${shardOrder}`,
    )
  const sum = { ...none }
  const moved = await moveMap(
    world,
    record,
    { place: placeAs(record, 'packed'), keepOld: keepTree },
    async (folder) => {
      const counts = survey(tree, record.formats, (name) => carryOver(tree, folder, name))
      const total = [...counts.values()].reduce((a, b) => a + b, 0)
      const packs = join(folder, 'packs')
      mkdirSync(packs, { recursive: true })
      const written = new Set<string>()
      let [done, headBytes] = [0, 0]
      const onTiles = (count: number) => world.progress?.((done += count), total)
      for (const format of record.formats)
        for (const shard of shardsOf(tree, format, shardOrder)) {
          const name = packName(format, shardOrder, shard.root)
          const shape = shapeOf(format, { shardOrder, order: deepest }, shard.root)
          const one = await writePack(tree, join(packs, name), shape, shard, { keep: true, onTiles })
          written.add(name)
          headBytes = Math.max(headBytes, one.headBytes)
          sum.packs++
          sum.tiles += one.tiles
          sum.bytes += one.sizeBytes
        }
      // What a run with other shards left.
      for (const name of readdirSync(packs)) if (!written.has(name)) rmSync(join(packs, name), { force: true })
      if (sum.tiles !== total)
        throw new HipsBuildError(
          'busy',
          `${sum.tiles} of ${total} tiles were found again: the map changes, start again`,
        )
      syncFolder(packs)
      return { kind: 'packed', shardOrder, headBytes }
    },
  )
  return { record: moved, isOld: false, ...sum }
}

/** Tiles that are made when they are asked for are not there to be packed. */
async function refuseOnDemand({ map, made = 'built' }: MapRecord, tree: string): Promise<void> {
  const recipe = made === 'built' ? await readRecipe(tree).catch(() => undefined) : undefined
  if (recipe?.skipDeepest)
    throw new HipsBuildError(
      'bad-option',
      `the map ${map} makes the tiles of order ${recipe.order} when they are asked for, so they cannot be packed: build it without --skip-deepest first`,
    )
}

export const syncFolder = (folder: string): void => {
  const file = openSync(folder, 'r')
  fsyncSync(file)
  closeSync(file)
}
