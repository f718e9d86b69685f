// A packed map in an object store: sent once, gone on with after a failure, read from there by the origin, and told to
// the edges only while it is of the map's own generation.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseTilePath, type TileAddress } from '#src/hips'
import { type ObjectStore, StorageError } from '#src/storage'
import { loadConfig } from '../../../origin/config.ts'
import { buildMap } from '../../../origin/hips/build.ts'
import { packMap } from '../../../origin/hips/pack/pack-map.ts'
import { publishPacks } from '../../../origin/hips/publish-packs.ts'
import { TileStore } from '../../../origin/hips/tile-store.ts'
import { openStore, placeOf } from '../../../origin/storage/open-store.ts'
import type { AwsSettings } from '../../../origin/storage/s3-address.ts'
import { type MapWorld, mapWorld } from '../../support/map-world.ts'
import { moto, type S3Server, startS3 } from '../../support/s3.ts'
import { CENTRE, slope, writeSkyImage } from '../../support/sky-image.ts'

const MAP = 'test/r'
const none = loadConfig({}).aws
const keysOf = async (store: ObjectStore, prefix = '') => {
  const keys: string[] = []
  for await (const { key } of store.list(prefix)) keys.push(key)
  return keys
}

let folder: string
let world: MapWorld
/** Bytes of every tile, by path, as the tree had them. */
let tiles: Map<string, Uint8Array>

async function build(): Promise<void> {
  await buildMap({ map: MAP, from: ['sky'], band: 'r', threads: 1, full: true }, world)
  const tree = join(world.dataFolder, 'hips', (await world.catalog.map(MAP))!.folder)
  tiles = new Map()
  for (const name of await readdir(tree, { recursive: true }))
    if (parseTilePath(name)) tiles.set(name, await readFile(join(tree, name)))
}

const pack = () => packMap({ map: MAP, shardOrder: 6 }, { ...world, graceMs: 0, progress: undefined })

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skyedge-publish-'))
  const path = join(folder, 'sky.fits')
  writeSkyImage(path, { ...CENTRE, width: 300, height: 300, scaleArcsec: 8, value: (place) => slope(place) })
  world = await mapWorld([{ path, collection: 'sky', band: 'r' }])
  await build()
})
afterAll(async () => {
  await world?.close()
  rmSync(folder, { recursive: true, force: true })
})

function publishing(address: () => string, aws: () => AwsSettings): void {
  const worldOf = (change: (store: ObjectStore) => ObjectStore = (store) => store) => {
    const place = placeOf(address())
    return { catalog: world.catalog, dataFolder: world.dataFolder, place, store: change(openStore(place.root, aws())) }
  }

  it('is refused for a tree, which is to be packed first', async () => {
    if ((await world.catalog.map(MAP))!.layout?.kind === 'packed') await build()
    await expect(publishPacks(MAP, worldOf())).rejects.toThrow(/skyedge hips pack test\/r/)
    await expect(publishPacks('no/map', worldOf())).rejects.toMatchObject({ code: 'no-such-map' })
    await pack()
  })

  it('that breaks leaves the record alone, and goes on with what is missing', async () => {
    let left = 2
    const breaking = (store: ObjectStore): ObjectStore => ({
      ...store,
      put: async (...given) => {
        if (left-- <= 0) throw new StorageError('unavailable', 'the store is away')
        return store.put(...given)
      },
    })
    await expect(publishPacks(MAP, worldOf(breaking))).rejects.toMatchObject({ code: 'unavailable' })
    expect((await world.catalog.map(MAP))!.packs).toBeUndefined()
    const told: number[] = []
    const result = await publishPacks(MAP, { ...worldOf(), progress: (done) => told.push(done) })
    expect(result).toMatchObject({ sent: result.packs - 2, pruned: 0 })
    expect(result.packs).toBeGreaterThan(3)
    expect(told.at(-1)).toBe(result.bytes)
    expect(told).toEqual([...told].sort((a, b) => a - b))
    const record = (await world.catalog.map(MAP))!
    expect(record.packs).toMatchObject({ store: worldOf().place.root, shardOrder: 6, generation: record.generation })
    expect(await keysOf(worldOf().store, `${record.packs!.prefix}/`)).toHaveLength(result.packs)
  })

  it('sends nothing twice, but what is not the same there', async () => {
    const { store } = worldOf()
    expect(await publishPacks(MAP, worldOf())).toMatchObject({ sent: 0, sentBytes: 0 })
    const [first, second] = await keysOf(store, (await world.catalog.map(MAP))!.packs!.prefix)
    await store.delete(first)
    const { sizeBytes } = (await store.head(second))!
    await store.put(second, new Uint8Array(sizeBytes), { metadata: { seal: 'another' } })
    expect(await publishPacks(MAP, worldOf())).toMatchObject({ sent: 2 })
  })

  it('lets the origin serve every tile when the packs are in the store alone', async () => {
    const record = (await world.catalog.map(MAP))!
    await rm(join(world.dataFolder, 'hips', record.folder, 'packs'), { recursive: true })
    const store = new TileStore({ catalog: world.catalog, dataFolder: world.dataFolder, aws: aws() })
    expect(tiles.size).toBeGreaterThan(10)
    for (const [path, bytes] of tiles) {
      const found = await store.tile(record, parseTilePath(path) as TileAddress)
      expect(Buffer.compare(found!.bytes, bytes), path).toBe(0)
    }
    expect((await store.file(record, 'Norder3/Allsky.png'))!.bytes.length).toBeGreaterThan(0)
    await expect(publishPacks(MAP, worldOf())).rejects.toThrow(/not on this machine/)
  })

  it('leaves the packs of earlier generations until they are pruned, and what is not its own for ever', async () => {
    const { store, place } = worldOf()
    const before = (await world.catalog.map(MAP))!.packs!
    await store.put(`${place.prefix}hips/test/r/notes.txt`, new Uint8Array(3))
    await store.put(`${place.prefix}hips/test/red/${before.generation}/png-top.pack`, new Uint8Array(3))
    await build()
    await pack()
    const after = await publishPacks(MAP, worldOf())
    const old = await keysOf(store, `${before.prefix}/`)
    expect(old.length).toBeGreaterThan(3)
    expect(await publishPacks(MAP, worldOf(), { prune: true })).toMatchObject({ sent: 0, pruned: old.length })
    expect(await keysOf(store, `${before.prefix}/`)).toEqual([])
    expect(await keysOf(store, `${after.record.packs!.prefix}/`)).toHaveLength(after.packs)
    expect(await keysOf(store, `${place.prefix}hips/test/r`)).toHaveLength(after.packs + 2)
  })
}

describe('publishing a packed map to a folder', () => {
  publishing(
    () => `file://${folder}/store`,
    () => none,
  )

  it('is done by one command, with keys that are never shown', async () => {
    await build()
    await pack()
    const skyedge = (args: string[], env: Record<string, string> = {}) =>
      spawnSync(
        process.execPath,
        [resolve(import.meta.dirname, '../../../scripts/skyedge.ts'), 'hips', 'publish', ...args],
        {
          env: { PATH: process.env.PATH, SKYEDGE_DATA: world.dataFolder, ...env },
          encoding: 'utf8',
        },
      )
    const store = { SKYEDGE_OBJECT_STORE: `file://${folder}/by-command` }
    const done = skyedge([MAP, '--json'], store)
    expect(done.stderr).toBe('')
    expect(JSON.parse(done.stdout)).toMatchObject({ map: MAP, store: store.SKYEDGE_OBJECT_STORE, pruned: 0 })
    expect(JSON.parse(done.stdout).sent).toBeGreaterThan(0)
    expect(skyedge([MAP])).toMatchObject({ status: 2, stderr: expect.stringContaining('no object store') })
    const secret = {
      AWS_ACCESS_KEY_ID: 'AKIAHIDDEN',
      AWS_SECRET_ACCESS_KEY: 'hidden-too',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    }
    const away = skyedge([MAP, '--to', 's3://packs'], { ...secret, SKYEDGE_DEBUG: '1' })
    expect([away.status, away.stderr]).toEqual([1, expect.stringContaining('cannot be reached')])
    expect(away.stderr).not.toMatch(/AKIAHIDDEN|hidden-too/)
  })
})

const s3 = moto()
describe.skipIf(!s3.found)(s3.says('publishing a packed map to an S3 bucket'), () => {
  let server: S3Server
  beforeAll(async () => {
    server = await startS3('packs')
  })
  afterAll(() => server?.stop())
  publishing(
    () => 's3://packs/node/a',
    () => server.aws,
  )
})
