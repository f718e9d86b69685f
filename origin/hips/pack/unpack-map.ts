// `skyedge hips unpack`: the tree that the packs were made of, byte by byte, with its times. Every tile is checked before
// it is written; one that is damaged stops it, and the map stays packed.

import { mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PackError, type TileFormat } from '#src/hips'
import type { MapRecord } from '../../catalog/store.ts'
import { HipsBuildError } from '../errors.ts'
import { hipsFolderOf } from '../map-folder.ts'
import { carryOver, mapRecord, moveMap, type PackWorld, placeAs, removeOld } from './place.ts'
import { openPack, packsIn, tilesIn } from './tiles.ts'
import { pathOf, survey } from './walk.ts'

export interface UnpackResult {
  readonly record: MapRecord
  readonly isOld: boolean
  readonly tiles: number
  readonly bytes: number
}

/** Back to a tree, which takes the packs' place. */
export async function unpackMap(map: string, world: PackWorld): Promise<UnpackResult> {
  const record = await mapRecord(world, map)
  if (record.layout?.kind !== 'packed') {
    await removeOld(world, placeAs(record, 'packed'))
    return { record, isOld: true, tiles: 0, bytes: 0 }
  }
  let sum = { tiles: 0, bytes: 0 }
  const moved = await moveMap(world, record, { place: placeAs(record, 'tree'), keepOld: false }, async (folder) => {
    sum = await unpackTo(join(hipsFolderOf(world.dataFolder), record.folder), folder, world)
    return { kind: 'tree' }
  })
  return { record: moved, isOld: false, ...sum }
}

/** A copy of a map as a tree; the map itself stays as it is. */
export async function exportMap(map: string, target: string, world: PackWorld): Promise<UnpackResult> {
  const record = await mapRecord(world, map)
  if (record.layout?.kind !== 'packed')
    throw new HipsBuildError('bad-option', `the map ${map} is a tree already: copy it`)
  const sum = await unpackTo(join(hipsFolderOf(world.dataFolder), record.folder), target, {
    isCopy: true,
    progress: world.progress,
  })
  return { record, isOld: false, ...sum }
}

async function unpackTo(packed: string, target: string, { isCopy = false, progress }: Unpacking) {
  survey(packed, [], (name) => {
    if (!name.startsWith('packs/')) carryOver(packed, target, name, isCopy)
  })
  const packs = packsIn(join(packed, 'packs'))
  let total = 0
  for (const pack of packs) total += (await openPack(pack)).directory.tiles
  const sum = { tiles: 0, bytes: 0 }
  for (const pack of packs) {
    const before = sum.tiles
    const one = await unpackFile(pack, target, (done) => progress?.(before + done, total))
    sum.tiles += one.tiles
    sum.bytes += one.bytes
  }
  return sum
}

interface Unpacking {
  /** The copy shares no file with the map. */
  readonly isCopy?: boolean
  readonly progress?: PackWorld['progress']
}

/** One pack's tiles below a folder. */
export async function unpackFile(
  pack: Parameters<typeof openPack>[0],
  target: string,
  onTile?: (done: number, total: number) => void,
): Promise<{ tiles: number; bytes: number }> {
  const open = await openPack(pack)
  const { shape, tiles: total } = open.directory
  const sum = { tiles: 0, bytes: 0 }
  const folders = new Set<string>()
  for await (const { address, modifiedUs, bytes, isSound } of tilesIn(open)) {
    const name = pathOf(shape.format as TileFormat, address)
    if (!isSound)
      throw new PackError('corrupt', `the pack ${pack.name} is damaged: ${name} does not agree with its checksum`)
    const path = join(target, name)
    const folder = dirname(path)
    if (!folders.has(folder)) {
      mkdirSync(folder, { recursive: true })
      folders.add(folder)
    }
    if (!isThere(path, bytes.length, modifiedUs)) {
      writeFileSync(path, bytes)
      // The time comes last: a file that has it is whole. Half a microsecond more, as it is cut off below.
      utimesSync(path, modifiedUs / 1e6, (modifiedUs + 0.5) / 1e6)
    }
    sum.tiles++
    sum.bytes += bytes.length
    onTile?.(sum.tiles, total)
  }
  return sum
}

function isThere(path: string, size: number, modifiedUs: number): boolean {
  const there = statSync(path, { bigint: true, throwIfNoEntry: false })
  return there !== undefined && Number(there.size) === size && Number(there.mtimeNs / 1000n) === modifiedUs
}
