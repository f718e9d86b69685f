// A packed map published to a folder that a web server shows, read by an edge on plain workerd: the origin is asked for
// no tile, a shard that is replaced shows nothing of the map before, and with the origin away the packs still answer.

import { createReadStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseTilePath } from '#src/hips'
import { loadConfig } from '../../origin/config.ts'
import { packMap } from '../../origin/hips/pack/pack-map.ts'
import { packShard } from '../../origin/hips/pack/pack-shard.ts'
import { publishPacks } from '../../origin/hips/publish-packs.ts'
import { openStore, placeOf } from '../../origin/storage/open-store.ts'
import type { RunningEdge } from '../../scripts/processes/workerd-edge.ts'
import type { MapWorld } from '../support/map-world.ts'
import { edgeBefore, type LoggedOrigin, loggedOrigin, MAP, smallSky } from '../support/small-sky.ts'

const SHARD_ORDER = 6
const KEY = 'Bearer only-for-edges'
/** `METHOD status` of the web server. */
const served: string[] = []

let folder: string
let world: MapWorld
let origin: LoggedOrigin
let edge: RunningEdge
let server: Server
/** Bytes of every tile, by path. */
const tiles = new Map<string, Buffer>()

/** As nginx serves a folder: ranges, strong tags, If-Match. */
function webServer(root: string): Server {
  return createServer((request, response) => {
    const send = (status: number, headers = {}) => {
      served.push(`${request.method} ${status}`)
      return response.writeHead(status, headers)
    }
    if (request.headers.authorization !== KEY) return send(403).end()
    const path = join(root, new URL(request.url ?? '/', 'http://x').pathname)
    const found = statSync(path, { throwIfNoEntry: false })
    if (!found?.isFile()) return send(404).end()
    const etag = `"${found.mtimeMs}-${found.size}"`
    if ((request.headers['if-match'] ?? etag) !== etag) return send(412).end()
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')!.map(Number)
    const end = Math.min(last, found.size - 1)
    send(206, { etag, 'content-range': `bytes ${first}-${end}/${found.size}`, 'content-length': end + 1 - first })
    createReadStream(path, { start: first, end }).pipe(response)
  })
}

const place = () => placeOf(`file://${folder}/store`)
const publish = () => {
  const { aws } = loadConfig({})
  const { catalog, dataFolder } = world
  return publishPacks(MAP, { catalog, dataFolder, place: place(), store: openStore(place().root, aws) })
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skyedge-published-'))
  world = await smallSky(folder, { scaleArcsec: 8 })
  const tree = join(world.dataFolder, 'hips', (await world.catalog.map(MAP))!.folder)
  for (const name of await readdir(tree, { recursive: true }))
    if (parseTilePath(name)) tiles.set(name, await readFile(join(tree, name)))
  await packMap({ map: MAP, shardOrder: SHARD_ORDER, keepTree: true }, { ...world, graceMs: 0, progress: undefined })
  await publish()
  server = webServer(join(folder, 'store'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = await loggedOrigin(world)
  edge = await edgeBefore(world, origin, join(folder, 'cache'), {
    settings: {
      PACKS_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      PACKS_AUTHORIZATION: KEY,
    },
  })
})

afterAll(async () => {
  await edge?.stop()
  await origin?.stop()
  server?.closeAllConnections()
  server?.close()
  await world?.close()
  rmSync(folder, { recursive: true, force: true })
})

const get = (path: string) => fetch(`${edge.url}/hips/public/${MAP}/${path}`)
const askedOfOrigin = () => origin.asked(`/hips/public/${MAP}/Norder`)
const inShards = (format: string) =>
  [...tiles].filter(([path]) => path.endsWith(format) && parseTilePath(path)!.order >= SHARD_ORDER)

describe('a published map at an edge', () => {
  it('has every tile of its public orders, byte by byte, and the origin is asked for none', async () => {
    const record = (await world.catalog.map(MAP))!
    let seen = 0
    for (const [path, bytes] of tiles) {
      if (parseTilePath(path)!.order > record.publicOrder) continue
      const answer = await get(path)
      expect([answer.status, answer.headers.get('cache-status')]).toEqual([200, expect.stringMatching(/^store; hit/)])
      expect(Buffer.from(await answer.arrayBuffer()).equals(bytes), path).toBe(true)
      const direct = await fetch(`${origin.url}/hips/public/${MAP}/${path}`, { method: 'HEAD' })
      for (const name of ['etag', 'last-modified', 'content-type', 'content-length'])
        expect(answer.headers.get(name), `${name} of ${path}`).toBe(direct.headers.get(name))
      seen++
    }
    expect(seen).toBeGreaterThan(5)
    // The origin was asked by us alone.
    expect(askedOfOrigin()).toBe(seen)
    const packs = new Set(await readdir(join(folder, 'store', record.packs!.prefix))).size
    expect(served.length).toBeLessThanOrEqual(seen + packs)
    const state = (await (await fetch(`${edge.url}/healthz`)).json()) as { packs: Record<string, number> }
    expect(state.packs).toMatchObject({ hit: seen, corrupt: 0, away: 0, late: 0 })
  })

  it('shows a replaced shard, from the origin until it is published, and then that pack alone is sent', async () => {
    const [path] = inShards('.png').sort(([a], [b]) => (a < b ? 1 : -1))[0]
    const { order, npix } = parseTilePath(path)!
    const root = Math.floor(npix / 4 ** (order - SHARD_ORDER))
    const tree = join(world.dataFolder, 'hips', (await world.catalog.map(MAP))!.folder.replace(/-packed$/, ''))
    const other = inShards('.png').find(([name]) => name !== path)![1]
    writeFileSync(join(tree, path), other)
    const { changed } = await packShard({ map: MAP, root }, { ...world, graceMs: 0, progress: undefined })
    expect(changed).toBe(1)
    const isNew = async () => {
      const answer = await get(path)
      const same = Buffer.from(await answer.arrayBuffer()).equals(other)
      return same ? (answer.headers.get('cache-status') ?? '') : undefined
    }
    await expect.poll(isNew, { timeout: 8_000, interval: 200 }).toBeDefined()
    expect(await isNew()).not.toMatch(/^store/)
    const before = (await world.catalog.map(MAP))!.packs!.prefix
    const { sent, record } = await publish()
    expect([sent, record.packs!.prefix]).toEqual([1, before])
  })

  it('answers from its packs while the origin is away', async () => {
    const record = (await world.catalog.map(MAP))!
    const path = [...tiles.keys()].find((name) => parseTilePath(name)!.order === record.publicOrder)!
    const hit = async () => (await get(path)).headers.get('cache-status')
    // Until the edge has heard where the packs of the new generation are.
    await expect.poll(async () => (await fetch(`${edge.url}/hips/public/${MAP}/properties`)).status).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, 4_500))
    await hit()
    await origin.stop()
    const answers: (string | null)[] = []
    for (const name of tiles.keys()) {
      if (parseTilePath(name)!.order > record.publicOrder) continue
      const answer = await get(name)
      expect(answer.status, name).toBe(200)
      answers.push(answer.headers.get('cache-status'))
    }
    expect(answers.some((said) => said?.startsWith('store; hit'))).toBe(true)
  })
})
