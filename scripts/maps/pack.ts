// `skyedge hips pack`, `unpack` and `verify`: a map as a few archives instead of millions of files, and whether it is sound.

import { statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { type PackShape, parsePackName } from '#src/hips'
import { openCatalog } from '../../origin/catalog/open.ts'
import { type Config, loadConfig } from '../../origin/config.ts'
import { packMap } from '../../origin/hips/pack/pack-map.ts'
import { packShard } from '../../origin/hips/pack/pack-shard.ts'
import type { PackWorld } from '../../origin/hips/pack/place.ts'
import { exportMap, type UnpackResult, unpackFile, unpackMap } from '../../origin/hips/pack/unpack-map.ts'
import { type VerifyResult, verifyMap } from '../../origin/hips/pack/verify.ts'
import { progressOn } from '../progress.ts'
import { UsageError } from '../usage.ts'
import { asUsage } from './usage.ts'

interface PackFlags {
  readonly shardOrder?: number
  readonly shard?: PackShape['root']
  readonly from?: string
  readonly keepTree?: boolean
  readonly json?: boolean
}

function parseOrder(text: string): number {
  if (!/^\d{1,2}$/.test(text) || Number(text) > 24)
    throw new InvalidArgumentError(`expected an order of 0 to 24, got "${text.slice(0, 40)}"`)
  return Number(text)
}

function parseShard(text: string): PackShape['root'] {
  if (text !== 'top' && !/^\d{1,15}$/.test(text))
    throw new InvalidArgumentError(`expected the index of a cell, or "top", got "${text.slice(0, 40)}"`)
  return text === 'top' ? 'top' : Number(text)
}

export function addPacking(hips: Command): void {
  hips
    .command('pack')
    .argument('<map>', 'name of the map, e.g. demo/dr1/r')
    .description('keep a map as one archive for each part of the sky and format; it is served as before')
    .option('--shard-order <n>', 'order of the cells that become archives (default: 6 above the deepest)', parseOrder)
    .option('--keep-tree', 'leave the tree beside the archives')
    .option('--shard <n>', 'of a packed map: replace one archive ("top" for the orders above all shards)', parseShard)
    .option('--from <folder>', 'with --shard: tree to take its tiles from (default: the tree that was kept)')
    .option('--json', 'print the result as JSON')
    .action((map: string, flags: PackFlags) =>
      inWorld(map, flags.json, (world) =>
        flags.shard === undefined ? pack(map, flags, world) : shard(map, flags, world),
      ),
    )
  hips
    .command('unpack')
    .argument('<map>', 'name of a packed map, or one .pack file')
    .description('make the tree that the archives were made of, byte by byte')
    .option('--to <folder>', 'write the tree there and leave the map packed; needed with a file')
    .option('--json', 'print the result as JSON')
    .action(unpack)
  hips
    .command('verify')
    .argument('<map>', 'name of the map')
    .description(
      'read every tile and check it: checksums, formats, check codes, coverage; exit status 1 when something is wrong',
    )
    .option('--json', 'print the result as JSON')
    .action((map: string, { json }: { json?: boolean }) =>
      inWorld(map, json, async (world) => {
        const result = await verifyMap(map, world)
        reportVerified(result, json)
        if (result.faults > 0) process.exitCode = 1
      }),
    )
}

async function inWorld(
  label: string,
  json: boolean | undefined,
  use: (world: PackWorld) => Promise<void>,
): Promise<void> {
  const config: Config = loadConfig()
  const catalog = await openCatalog(config)
  try {
    await use({ catalog, dataFolder: config.dataFolder, progress: progressOn(label, json) })
  } catch (error) {
    throw asUsage(error)
  } finally {
    await catalog.close()
  }
}

async function pack(map: string, { shardOrder, keepTree, from, json }: PackFlags, world: PackWorld): Promise<void> {
  if (from !== undefined) throw new UsageError('--from goes with --shard')
  const { record, isOld, ...sum } = await packMap({ map, shardOrder, keepTree }, world)
  const { layout, generation } = record
  if (json) console.log(JSON.stringify({ map, ...sum, wasPacked: isOld, layout, generation }))
  else if (isOld) console.log(`${map} is packed already`)
  else console.log(`${map}: ${sum.tiles} tiles in ${sum.packs} archives, ${sizeText(sum.bytes)}`)
}

async function shard(map: string, { shard: root = 'top', shardOrder, from, json }: PackFlags, world: PackWorld) {
  if (shardOrder !== undefined) throw new UsageError('--shard-order is of the whole map: not with --shard')
  const { record, ...sum } = await packShard({ map, root, ...(from && { from: resolve(from) }) }, world)
  if (json) console.log(JSON.stringify({ map, shard: root, ...sum, generation: record.generation }))
  else
    console.log(
      `${map}: shard ${root} replaced, ${sum.tiles} tiles, ${sum.changed} of them changed, ${sizeText(sum.bytes)}`,
    )
}

async function unpack(what: string, { to, json }: { to?: string; json?: boolean }): Promise<void> {
  const target = to === undefined ? undefined : resolve(to)
  if (parsePackName(basename(what)) && statSync(what, { throwIfNoEntry: false })?.isFile()) {
    if (target === undefined) throw new UsageError('an archive is unpacked to a folder: name it by --to')
    const sum = await unpackFile(
      { name: basename(what), path: resolve(what) },
      target,
      progressOn(basename(what), json),
    )
    reportUnpacked(basename(what), { ...sum, isOld: false }, json)
    return
  }
  await inWorld(what, json, async (world) =>
    reportUnpacked(what, await (target === undefined ? unpackMap(what, world) : exportMap(what, target, world)), json),
  )
}

function reportUnpacked(what: string, { tiles, bytes, isOld }: Omit<UnpackResult, 'record'>, json = false): void {
  if (json) console.log(JSON.stringify({ unpacked: what, tiles, bytes, wasTree: isOld }))
  else console.log(isOld ? `${what} is a tree already` : `${what}: ${tiles} tiles, ${sizeText(bytes)}`)
}

function reportVerified(result: VerifyResult, json = false): void {
  if (json) {
    console.log(JSON.stringify(result))
    return
  }
  for (const { file, fault } of result.findings) console.log(`${file} ${fault}`)
  if (result.faults > result.findings.length) console.log(`… and ${result.faults - result.findings.length} more`)
  for (const note of result.notes) console.log(`note: ${note}`)
  const verdict = result.faults === 0 ? 'all sound' : `${result.faults} fault${result.faults === 1 ? '' : 's'}`
  console.log(`${result.map}: ${result.tiles} tiles, ${sizeText(result.bytes)}: ${verdict}`)
}

const sizeText = (bytes: number) => (bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(1)} MB`)
