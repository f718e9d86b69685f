// `skyedge hips pack MAP --shard N`: one shard is packed anew from a tree of the map's, and takes its place by a rename in
// every format. Readers that hold its old directory see another inode, and read it again. The same bytes mend a damaged
// shard; other bytes make another generation of the map, for what is cached by the old one may not be shown.

import { existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { CheckWalk, PackError, type PackShape, packName, parseProperties, shapeOf, type TileFormat } from '#src/hips'
import type { MapRecord } from '../../catalog/store.ts'
import { HipsBuildError } from '../errors.ts'
import { renewedGeneration } from '../generation.ts'
import { hipsFolderOf } from '../map-folder.ts'
import { writeWhole } from '../tile-files.ts'
import { syncFolder } from './pack-map.ts'
import { mapRecord, type PackWorld, placeAs } from './place.ts'
import { type OpenPack, openPack, packsIn } from './tiles.ts'
import { ordersIn, type Shard, shardsOf } from './walk.ts'
import { type PackWritten, writePack } from './write-pack.ts'

export interface ShardOptions {
  readonly map: string
  readonly root: PackShape['root']
  /** A tree with the shard's tiles; default the one that `--keep-tree` left. */
  readonly from?: string
}

export interface ShardResult {
  readonly record: MapRecord
  readonly tiles: number
  readonly bytes: number
  /** Tiles whose bytes are not those of before. */
  readonly changed: number
}

interface Fresh extends PackWritten {
  readonly format: TileFormat
  readonly shape: PackShape
  readonly path: string
  readonly temporary: string
}

export async function packShard({ map, root, from }: ShardOptions, world: PackWorld): Promise<ShardResult> {
  const record = await mapRecord(world, map)
  if (record.layout?.kind !== 'packed') throw new HipsBuildError('bad-option', `the map ${map} is not packed`)
  const { shardOrder } = record.layout
  const hips = hipsFolderOf(world.dataFolder)
  const tree = from ?? join(hips, placeAs(record, 'tree'))
  if (!existsSync(join(tree, `Norder${root === 'top' ? 0 : shardOrder}`)))
    throw new HipsBuildError(
      'bad-option',
      from === undefined
        ? `there is no tree to take the shard ${root} of ${map} from: name one by --from`
        : `${from} is no tree of ${map}: it has no Norder${root === 'top' ? 0 : shardOrder}`,
    )
  const folder = join(hips, record.folder)
  // Stands from before the first rename to after the new generation: a run that finds it gives the generation too.
  const mark = join(folder, 'packs', 'renewed')
  const deepest = Math.max(record.order, ...ordersIn(tree))
  const fresh: Fresh[] = []
  let changed = 0
  try {
    for (const format of record.formats) {
      const shape = shapeOf(format, { shardOrder, order: deepest }, root)
      const path = join(folder, 'packs', packName(format, shardOrder, root))
      const temporary = `${path}.${process.pid}-new.part`
      fresh.push({
        format,
        shape,
        path,
        temporary,
        ...(await writePack(tree, temporary, shape, find(tree, format, shardOrder, root))),
      })
    }
    for (const one of fresh) changed += await changesOf(one)
    if (changed > 0) writeWhole(mark, '')
    for (const { temporary, path } of fresh) renameSync(temporary, path)
    syncFolder(join(folder, 'packs'))
  } finally {
    for (const { temporary } of fresh) rmSync(temporary, { force: true })
  }
  const headBytes = Math.max(record.layout.headBytes ?? 0, ...fresh.map((one) => one.headBytes))
  const sum = { tiles: 0, bytes: 0 }
  for (const { tiles, sizeBytes } of fresh) {
    sum.tiles += tiles
    sum.bytes += sizeBytes
  }
  const now: MapRecord = { ...record, layout: { ...record.layout, headBytes } }
  if (!existsSync(mark)) return { record: now, ...sum, changed }
  await renewCheckCodes(record, folder)
  const renewed: MapRecord = { ...now, generation: renewedGeneration(record.generation) }
  await world.catalog.putMap(renewed)
  rmSync(mark, { force: true })
  return { record: renewed, ...sum, changed }
}

function find(tree: string, format: TileFormat, shardOrder: number, root: PackShape['root']): Shard {
  for (const shard of shardsOf(tree, format, shardOrder)) if (shard.root === root) return shard
  throw new HipsBuildError('bad-option', `the tree has no ${format} tiles in the shard ${root} of order ${shardOrder}`)
}

/** How many tiles have other bytes; the set of tiles must be the same, as the map's coverage says which there are. */
async function changesOf({ path, temporary, shape }: Fresh): Promise<number> {
  const name = packName(shape.format, shape.firstOrder, shape.root)
  const after = await openPack({ name, path: temporary })
  const before = await openPack({ name, path }).catch((error) => {
    if (error instanceof PackError || !existsSync(path)) return undefined
    throw error
  })
  // Nothing is known of a shard whose directory is damaged: it was never served.
  if (!before) return after.directory.tiles
  const gone = before.directory.tiles - common(before, after)
  const added = after.directory.tiles - common(after, before)
  if (gone > 0 || added > 0)
    throw new HipsBuildError(
      'bad-option',
      `the shard ${shape.root} would have other tiles than before (${added} added, ${gone} gone): pack the whole map, so that its coverage follows`,
    )
  let changed = 0
  for (let at = 0; at < after.directory.tiles; at++)
    if (Buffer.compare(before.directory.entry(at).digest, after.directory.entry(at).digest) !== 0) changed++
  return changed
}

function common(a: OpenPack, b: OpenPack): number {
  let count = 0
  for (let at = 0; at < a.directory.tiles; at++) if (b.directory.indexOf(a.directory.address(at)) >= 0) count++
  return count
}

/** What `properties` say of the lengths of all tiles; others' own words are left as they are. */
async function renewCheckCodes({ made = 'built', formats, publicOrder, order }: MapRecord, folder: string) {
  if (made !== 'built') return
  for (const [name, deepest] of [
    ['properties', order],
    ['public/properties', publicOrder],
  ] as const) {
    const path = join(folder, name)
    if (!existsSync(path)) continue
    const walks = new Map<TileFormat, CheckWalk>(formats.map((format) => [format, new CheckWalk()]))
    for (const pack of packsIn(join(folder, 'packs'))) {
      const { directory } = await openPack(pack)
      const walk = walks.get(pack.format)
      for (let at = 0; walk && at < directory.tiles; at++) {
        const { start, end } = directory.entry(at)
        const address = directory.address(at)
        if ('allsky' in address) walk.addAllsky(address.allsky, end - start)
        else if (address.order <= deepest) walk.add(address.order, address.npix, end - start)
      }
    }
    const text = readFileSync(path, 'utf8')
    const said = parseProperties(text).get('hips_check_code')
    const code = [...walks].map(([format, walk]) => `${format}:${walk.code()}`).join(' ')
    if (said === undefined || said === code) continue
    const sizeKb = Math.floor([...walks.values()].reduce((sum, { bytes }) => sum + bytes, 0) / 1024)
    const renewed = text
      .replace(/^(hips_check_code\s*=).*$/m, (_, key) => `${key} ${code}`)
      .replace(/^(hips_estsize\s*=).*$/m, (_, key) => `${key} ${sizeKb}`)
    writeWhole(path, renewed, Math.floor(statSync(path).mtimeMs / 1000) * 1000 + 1000)
  }
}
