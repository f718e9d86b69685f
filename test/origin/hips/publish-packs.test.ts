// A packed map in an object store: sent once, gone on with after a failure, read from there by the origin, and told to
// the edges only while it is of the map's own generation.

import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseTilePath, type TileAddress } from '#src/hips'
import { httpRangeSource, type ObjectStore, StorageError } from '#src/storage'
import { loadConfig } from '../../../origin/config.ts'
import { buildMap } from '../../../origin/hips/build.ts'
import { packMap } from '../../../origin/hips/pack/pack-map.ts'
import { publishPacks } from '../../../origin/hips/publish-packs.ts'
import { TileStore } from '../../../origin/hips/tile-store.ts'
import { openStore, placeOf } from '../../../origin/storage/open-store.ts'
import type { AwsSettings } from '../../../origin/storage/s3-address.ts'
import { type MapWorld, mapWorld } from '../../support/map-world.ts'
import { command } from '../../support/optional.ts'
import { moto, type S3Server, startS3 } from '../../support/s3.ts'
import { CENTRE, slope, writeSkyImage } from '../../support/sky-image.ts'

/** As the page of the docs has it. */
const MAP = 'demo/dr1/r'
const PAGE = readFileSync(resolve(import.meta.dirname, '../../../docs/object-stores.md'), 'utf8')
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
    await expect(publishPacks(MAP, worldOf())).rejects.toThrow(/skyedge hips pack demo\/dr1\/r/)
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
    await store.put(`${place.prefix}hips/demo/dr1/r/notes.txt`, new Uint8Array(3))
    await store.put(`${place.prefix}hips/demo/dr1/red/${before.generation}/png-top.pack`, new Uint8Array(3))
    await build()
    await pack()
    const after = await publishPacks(MAP, worldOf())
    const old = await keysOf(store, `${before.prefix}/`)
    expect(old.length).toBeGreaterThan(3)
    expect(await publishPacks(MAP, worldOf(), { prune: true })).toMatchObject({ sent: 0, pruned: old.length })
    expect(await keysOf(store, `${before.prefix}/`)).toEqual([])
    expect(await keysOf(store, `${after.record.packs!.prefix}/`)).toHaveLength(after.packs)
    expect(await keysOf(store, `${place.prefix}hips/demo/dr1/r`)).toHaveLength(after.packs + 2)
  })
}

describe('publishing a packed map to a folder', () => {
  publishing(
    () => `file://${folder}/store`,
    () => none,
  )

  it('is done by the commands of the docs, with keys that are never shown', async () => {
    await build()
    const skyedge = (args: string[], env: Record<string, string> = {}) =>
      spawnSync(process.execPath, [resolve(import.meta.dirname, '../../../scripts/skyedge.ts'), ...args], {
        env: { PATH: process.env.PATH, SKYEDGE_DATA: world.dataFolder, ...env },
        encoding: 'utf8',
      })
    const store = { SKYEDGE_OBJECT_STORE: `file://${folder}/by-command` }
    const lines = [...PAGE.matchAll(/^npx skyedge (hips \w+ [^#\n]*?)\s*(?:#.*)?$/gm)].map(([, line]) =>
      line.split(' '),
    )
    expect(lines.map(([, verb, map, ...flags]) => [verb, map, ...flags])).toEqual([
      ['pack', MAP],
      ['publish', MAP],
      ['publish', MAP, '--prune'],
    ])
    expect(skyedge(lines[0], store).status).toBe(0)
    const done = skyedge([...lines[1], '--json'], store)
    expect([done.status, done.stderr]).toEqual([0, ''])
    expect(JSON.parse(done.stdout)).toMatchObject({ map: MAP, store: store.SKYEDGE_OBJECT_STORE, pruned: 0 })
    expect(JSON.parse(done.stdout).sent).toBeGreaterThan(0)
    const again = skyedge(lines[2], store)
    expect([again.status, again.stdout]).toEqual([0, expect.stringMatching(/are in file:.*; 0 were sent/)])
    const away = skyedge([...lines[1], '--to', 's3://packs'], {
      AWS_ACCESS_KEY_ID: 'AKIAHIDDEN',
      AWS_SECRET_ACCESS_KEY: 'hidden-too',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      SKYEDGE_DEBUG: '1',
    })
    expect([away.status, away.stderr]).toEqual([1, expect.stringContaining('cannot be reached')])
    expect(away.stderr).not.toMatch(/AKIAHIDDEN|hidden-too/)
  })
})

const nginx = command('nginx')
describe.skipIf(!nginx.found)(nginx.says('nginx over a folder of packs, as the docs set it up'), () => {
  it('answers ranges of one version, to edges alone', async () => {
    const root = join(folder, 'srv')
    const put = (byte: number) => openStore(`file://${root}`, none).put('hips/a.pack', new Uint8Array(5000).fill(byte))
    mkdirSync(root)
    await put(1)
    const port = await new Promise<number>((resolve) => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const { port } = probe.address() as AddressInfo
        probe.close(() => resolve(port))
      })
    })
    const block = /```nginx\n([\s\S]*?)```/.exec(PAGE)![1]
    const here = block.replace('10.0.0.5:8480', `127.0.0.1:${port}`).replace('/srv/packs', root)
    const conf = join(folder, 'nginx.conf')
    writeFileSync(conf, `daemon off; pid ${folder}/nginx.pid; user root; events {}\nhttp { access_log off; ${here} }\n`)
    const server = spawn('nginx', ['-p', folder, '-e', join(folder, 'nginx.log'), '-c', conf], { stdio: 'ignore' })
    try {
      const open = (authorization: string) =>
        httpRangeSource(`http://127.0.0.1:${port}/hips/a.pack`, {
          fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, authorization } }),
        })
      const source = open('Bearer a-long-random-text')
      await expect.poll(() => source.read(0, 262_144).catch(() => []), { timeout: 5_000 }).toHaveLength(5000)
      const ifMatch = await source.etag
      expect(await source.read(10, 20, { ifMatch })).toEqual(new Uint8Array(10).fill(1))
      await expect(open('Bearer another').read(0, 10)).rejects.toMatchObject({ code: 'denied' })
      await new Promise((resolve) => setTimeout(resolve, 1_100))
      await put(2)
      await expect(source.read(10, 20, { ifMatch })).rejects.toMatchObject({ code: 'changed' })
      const headers = { authorization: 'Bearer a-long-random-text' }
      expect((await fetch(`http://127.0.0.1:${port}/hips/.a.pack.json`, { headers })).status).toBe(404)
    } finally {
      const gone = new Promise((resolve) => server.once('exit', resolve))
      server.kill('SIGTERM')
      await gone
    }
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
