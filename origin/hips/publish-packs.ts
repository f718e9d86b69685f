// `skyedge hips publish`: the packs of a map into an object store, where edges read them by range. A pack that lies there
// with the same length and seal is not sent again, so that a run that was stopped goes on; edges learn where the packs
// are from the catalogue, when all of them are there.

import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { PackError, PackReader, parsePackName } from '#src/hips'
import type { ObjectBody, ObjectStore } from '#src/storage'
import type { Catalog, MapRecord, PublishedPacks } from '../catalog/store.ts'
import { sha256 } from '../digest.ts'
import { fileRange } from '../storage/file-range.ts'
import type { StorePlace } from '../storage/open-store.ts'
import { eachOf } from './each-of.ts'
import { HipsBuildError } from './errors.ts'
import { hipsFolderOf } from './map-folder.ts'

export interface PublishWorld {
  readonly catalog: Catalog
  readonly dataFolder: string
  /** Opened at its root. */
  readonly store: ObjectStore
  readonly place: StorePlace
  /** Bytes. */
  readonly progress?: (done: number, total: number) => void
}

export interface PublishResult {
  readonly record: MapRecord
  readonly packs: number
  readonly bytes: number
  /** Of these, what was not there yet. */
  readonly sent: number
  readonly sentBytes: number
  /** Objects of earlier generations that were taken away. */
  readonly pruned: number
}

interface LocalPack {
  readonly name: string
  readonly sizeBytes: number
  /** SHA-256 over its head, which holds the checksums of all its tiles: two packs of one seal are the same bytes. */
  readonly seal: string
  readonly body: ObjectBody
}

/** Packs on their way at a time: each holds one part in memory. */
const AT_A_TIME = 4
const READ_BYTES = 1 << 20
const SEAL_BYTES = 32

export async function publishPacks(map: string, world: PublishWorld, { prune = false } = {}): Promise<PublishResult> {
  const { catalog, store, place } = world
  const record = await catalog.map(map)
  if (!record) throw new HipsBuildError('no-such-map', `there is no map ${map}`)
  const { layout } = record
  if (layout?.kind !== 'packed')
    throw new HipsBuildError('bad-option', `the map ${map} is not packed: run "skyedge hips pack ${map}" first`)
  const base = `${place.prefix}hips/${map}/`
  const prefix = base + idOf(record)
  const folder = join(hipsFolderOf(world.dataFolder), record.folder, 'packs')
  const names = (await readdir(folder).catch(() => [])).filter((name) => {
    const parsed = parsePackName(name)
    return parsed && (parsed.root === 'top' || parsed.shardOrder === layout.shardOrder)
  })
  assertSettled(map, folder)
  if (names.length === 0) throw new HipsBuildError('bad-option', `the packs of the map ${map} are not on this machine`)

  const sum = await send(names.sort(), folder, prefix, world)
  const published: PublishedPacks = {
    store: place.root,
    prefix,
    shardOrder: layout.shardOrder,
    ...(layout.headBytes && { headBytes: layout.headBytes }),
    generation: record.generation,
  }
  assertSettled(map, folder)
  const now = await catalog.map(map)
  if (now?.generation !== record.generation || now.folder !== record.folder)
    throw new HipsBuildError('busy', `the map ${map} was made anew meanwhile: publish it again`)
  const told: MapRecord = { ...now, packs: published }
  if (JSON.stringify(now.packs) !== JSON.stringify(published)) await catalog.putMap(told)
  const pruned = prune ? await pruneBelow(store, base, new Set(names.map((name) => `${prefix}/${name}`))) : 0
  return { record: told, packs: names.length, ...sum, pruned }
}

/** A shard that took its place, but whose map has not got its new generation yet, must not go out under the old one. */
function assertSettled(map: string, folder: string): void {
  if (existsSync(join(folder, 'renewed')))
    throw new HipsBuildError(
      'busy',
      `a shard of ${map} is being replaced: let "skyedge hips pack ${map} --shard" end first`,
    )
}

/** Of the folder that the packs are in: one pack that is replaced there is replaced in the store as well. */
const idOf = ({ folder, generation }: MapRecord): string => /@([\w.-]+?)(?:-packed)?$/.exec(folder)?.[1] ?? generation

async function send(names: readonly string[], folder: string, prefix: string, { store, progress }: PublishWorld) {
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const sum = { bytes: total, sent: 0, sentBytes: 0 }
  let done = 0
  progress?.(0, total)
  const one = async (name: string) => {
    const pack = await lookAt(join(folder, name), name)
    const key = `${prefix}/${name}`
    const there = await store.head(key)
    let before = 0
    const onProgress = (sentBytes: number) => {
      done += sentBytes - before
      before = sentBytes
      progress?.(Math.min(done, total), total)
    }
    if (there?.sizeBytes !== pack.sizeBytes || there.metadata?.seal !== pack.seal) {
      await store.put(key, pack.body, { metadata: { seal: pack.seal }, onProgress })
      sum.sent++
      sum.sentBytes += pack.sizeBytes
    }
    onProgress(pack.sizeBytes)
  }
  await eachOf(names, AT_A_TIME, one)
  return sum
}

/** Its head is checked; what is sent is of the file that was looked at, or the sending fails. */
async function lookAt(path: string, name: string): Promise<LocalPack> {
  const source = fileRange(path, name)
  const parsed = parsePackName(name)
  const directory = await PackReader.open(source, { sha256 }).directory()
  const { etag, headBytes, sizeBytes, shape } = directory
  if (parsed?.format !== shape.format || parsed.root !== shape.root)
    throw new PackError('wrong-pack', `the pack ${name} holds other tiles than its name says`)
  const { size } = await stat(path)
  if (size !== sizeBytes) throw new PackError('corrupt', `the pack ${name} has ${size} bytes, expected ${sizeBytes}`)
  const seal = await source.read(headBytes - SEAL_BYTES, headBytes, { ifMatch: etag })
  const pieces = async function* () {
    for (let start = 0; start < sizeBytes; start += READ_BYTES)
      yield await source.read(start, Math.min(sizeBytes, start + READ_BYTES), { ifMatch: etag })
  }
  return { name, sizeBytes, seal: Buffer.from(seal).toString('hex'), body: { sizeBytes, pieces } }
}

/** What earlier publications of the same map left: only names that a publication gives. */
async function pruneBelow(store: ObjectStore, base: string, current: ReadonlySet<string>): Promise<number> {
  const old: string[] = []
  for await (const { key } of store.list(base)) {
    const [, name, ...deeper] = key.slice(base.length).split('/')
    if (name && deeper.length === 0 && parsePackName(name) && !current.has(key)) old.push(key)
  }
  for (const key of old) await store.delete(key)
  return old.length
}
