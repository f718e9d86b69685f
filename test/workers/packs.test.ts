// Packed maps at the edge, over a real R2 bucket of workerd: how often it is read, and that whatever it does, what is
// served is right or comes from the origin.

import { describe, expect, it, vi } from 'vitest'
import { PackTiles } from '../../workers/edge/storage/pack-tiles.ts'
import { Between, bucket, httpSource, NOON_MS, packBytes, r2Source } from './support/packs.ts'
import { testIssuer } from './support/tokens.ts'
import { bytesOf, World } from './support/world.ts'

/** Shards of order 2: cell 6 holds what lies below it, the top the orders 0 and 1. */
const SHARD = { format: 'png', firstOrder: 2, orders: 4, root: 6 } as const
const TOP = { format: 'png', firstOrder: 0, orders: 2, root: 'top' } as const
const TILE = '/hips/public/open/Norder3/Dir0/Npix24.png'
const OTHER = '/hips/public/open/Norder3/Dir0/Npix25.png'
const tile24 = bytesOf(5000, 24)
const tile25 = bytesOf(3000, 25)

async function packedWorld(options: { patienceMs?: number } = {}) {
  const between = new Between()
  const world = new World({ openPack: (key) => r2Source(between.bucket, key), ...(options as object) })
  const prefix = `hips/${world.id}`
  const open = { ...world.maps[1], packs: { prefix, shardOrder: 2 } }
  world.maps = [
    { ...world.maps[0], packs: { prefix, shardOrder: 2 } },
    { ...open, moc: undefined },
  ]
  const shard = (seed = 0) =>
    packBytes(SHARD, [
      [{ order: 2, npix: 6 }, bytesOf(900, 6)],
      [{ order: 3, npix: 24 }, seed ? bytesOf(4000, seed) : tile24],
      [{ order: 3, npix: 25 }, tile25],
    ])
  const shardKey = `${prefix}/png-o2-6.pack`
  await bucket.put(shardKey, await shard())
  await bucket.put(
    `${prefix}/png-top.pack`,
    await packBytes(TOP, [
      [{ order: 1, npix: 1 }, bytesOf(700, 1)],
      [{ allsky: 3 }, bytesOf(800, 3)],
    ]),
  )
  // The origin's are told from the store's by their bytes.
  const fromOrigin = bytesOf(1234, 99)
  world.put(TILE, fromOrigin, { 'content-type': 'image/png', etag: '"o"' })
  world.put(OTHER, fromOrigin, { 'content-type': 'image/png', etag: '"o"' })
  const bytesAt = async (path: string) => new Uint8Array(await (await world.get(path)).arrayBuffer())
  return { world, between, prefix, shard, shardKey, fromOrigin, bytesAt }
}

describe('a tile of a packed map', () => {
  it('costs two reads of the store when cold, one when its directory is known, none when it is held', async () => {
    const { world, between, bytesAt } = await packedWorld()
    expect(await bytesAt(TILE)).toEqual(tile24)
    expect(between.reads).toBe(2)
    expect(await bytesAt(OTHER)).toEqual(tile25)
    expect(between.reads).toBe(3)
    expect(await bytesAt(TILE)).toEqual(tile24)
    expect(between.reads).toBe(3)
    expect(world.hits(TILE) + world.hits(OTHER)).toBe(0)
  })

  it('is answered as the origin would have answered it', async () => {
    const { world } = await packedWorld()
    const { status, headers } = await world.get(TILE)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('image/png')
    expect(headers.get('content-length')).toBe('5000')
    expect(headers.get('last-modified')).toBe(new Date(NOON_MS).toUTCString())
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', tile24))
    const letters = btoa(String.fromCharCode(...digest))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
    expect(headers.get('etag')).toBe(`"${letters.slice(0, 27)}"`)
    const again = await world.get(TILE, { headers: { 'if-none-match': headers.get('etag')! } })
    expect(again.status).toBe(304)
    const part = await world.get(OTHER, { headers: { range: 'bytes=10-19' } })
    expect([part.status, new Uint8Array(await part.arrayBuffer())]).toEqual([206, tile25.slice(10, 20)])
  })

  it('comes from the top for the upper orders and Allsky', async () => {
    const { between, bytesAt } = await packedWorld()
    expect(await bytesAt('/hips/public/open/Norder1/Dir0/Npix1.png')).toEqual(bytesOf(700, 1))
    expect(await bytesAt('/hips/public/open/Norder3/Allsky.png')).toEqual(bytesOf(800, 3))
    expect(between.reads).toBe(3)
  })

  it('is read once for many who ask at once', async () => {
    const { world, between } = await packedWorld()
    const answers = await Promise.all(Array.from({ length: 100 }, () => world.get(TILE)))
    for (const answer of answers) expect(new Uint8Array(await answer.arrayBuffer())).toEqual(tile24)
    expect(between.reads).toBe(2)
  })

  it('is decided before the store is looked at', async () => {
    const { world, between } = await packedWorld()
    const issuer = await testIssuer()
    world.put('/.well-known/jwks.json', issuer.jwks, { 'content-type': 'application/json' })
    const path = '/hips/full/demo/dr1/r/Norder3/Dir0/Npix24.png'
    expect((await world.get(path)).status).toBe(401)
    expect(between.reads).toBe(0)
    const authorization = `Bearer ${await issuer.token(world)}`
    const answer = await world.get(path, { headers: { authorization } })
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(tile24)
  })

  it('that no pack has is asked of the origin', async () => {
    const { world, between, bytesAt, fromOrigin } = await packedWorld()
    for (const path of ['/hips/public/open/Norder3/Dir0/Npix26.png', '/hips/public/open/Norder3/Dir0/Npix400.png']) {
      world.put(path, fromOrigin)
      expect(await bytesAt(path)).toEqual(fromOrigin)
    }
    expect(between.reads).toBe(2)
    expect((await world.get('/hips/public/open/Norder3/Dir0/Npix27.png')).status).toBe(404)
  })
})

describe('a pack that was replaced under its reader', () => {
  it('is read anew, and its tiles are those of one version', async () => {
    const { between, shard, shardKey, bytesAt } = await packedWorld()
    expect(await bytesAt(OTHER)).toEqual(tile25)
    await bucket.put(shardKey, await shard(77))
    expect(await bytesAt(TILE)).toEqual(bytesOf(4000, 77))
    // The guard that failed, the new directory, the tile.
    expect(between.reads).toBe(2 + 3)
  })

  it('between directory and tile is seen too', async () => {
    const { between, shard, shardKey, bytesAt } = await packedWorld()
    between.after = async (read) => {
      if (read === 1) await bucket.put(shardKey, await shard(78))
    }
    expect(await bytesAt(TILE)).toEqual(bytesOf(4000, 78))
    expect(between.reads).toBe(4)
  })

  it('again and again is left to the origin', async () => {
    const { between, shard, shardKey, bytesAt, fromOrigin } = await packedWorld()
    between.after = async (read) => void (await bucket.put(shardKey, await shard(100 + read)))
    expect(await bytesAt(TILE)).toEqual(fromOrigin)
    expect(between.reads).toBe(4)
  })
})

describe('a store that is not to be trusted', () => {
  it('is never believed: a damaged pack is reported, and the origin answers', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const damages: ((pack: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>)[] = [
      (pack) => pack.with(pack.length - 3001, pack[pack.length - 3001] ^ 1),
      (pack) => pack.with(20, 7),
      (pack) => pack.with(70, pack[70] ^ 255),
      (pack) => pack.slice(0, pack.length - 3100),
      (pack) => pack.slice(0, 50),
      () => new Uint8Array(0),
      () => bytesOf(10_000),
    ]
    for (const damage of damages) {
      const { shard, shardKey, bytesAt, fromOrigin, world } = await packedWorld()
      await bucket.put(shardKey, damage(await shard()))
      expect(await bytesAt(TILE), String(damage)).toEqual(fromOrigin)
      expect(world.hits(TILE)).toBe(1)
    }
    expect(said.mock.calls.filter(([line]) => /"outcome":"(corrupt|away)"/.test(line)).length).toBe(damages.length)
    said.mockRestore()
  })

  it('is never believed: it says one length and sends another', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const changes: NonNullable<Between['change']>[] = [
      (bytes) => bytes.slice(0, -1),
      (bytes) => new Uint8Array([...bytes, 0]),
      () => new Uint8Array(0),
      (bytes) => bytes.map((byte) => byte ^ 1),
    ]
    for (const change of changes) {
      const { between, bytesAt, fromOrigin } = await packedWorld()
      between.change = change
      expect(await bytesAt(TILE), String(change)).toEqual(fromOrigin)
      const later = await packedWorld()
      expect(await later.bytesAt(OTHER)).toEqual(tile25)
      later.between.change = change
      expect(await later.bytesAt(TILE), String(change)).toEqual(fromOrigin)
      // What it said then is not kept: it is asked again for the next tile.
      later.between.change = undefined
      expect(await later.bytesAt('/hips/public/open/Norder2/Dir0/Npix6.png')).toEqual(bytesOf(900, 6))
    }
    said.mockRestore()
  })

  it('that is away costs nothing but the origin, and after three failures it is left alone for a while', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { world, between, bytesAt, fromOrigin } = await packedWorld()
    between.away = true
    const paths = [24, 25, 26, 27, 28].map((npix) => `/hips/public/open/Norder3/Dir0/Npix${npix}.png`)
    for (const path of paths) {
      world.put(path, fromOrigin)
      expect(await bytesAt(path)).toEqual(fromOrigin)
    }
    expect(between.reads).toBe(3)
    between.away = false
    world.nowMs += 11_000
    expect(await bytesAt('/hips/public/open/Norder2/Dir0/Npix6.png')).toEqual(bytesOf(900, 6))
    said.mockRestore()
  })

  it('that is slow is not waited for, and what it brings later is used', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { world, between, prefix } = await packedWorld()
    const tiles = new PackTiles((key) => r2Source(between.bucket, key), { clock: () => world.nowMs, patienceMs: 100 })
    const map = { order: 5, packs: { prefix, shardOrder: 2 } }
    const visit = { requestId: 'r', waitUntil: () => undefined } as never
    const ask = (npix: number) => tiles.tile(map, { format: 'png', order: 3, npix }, visit)
    between.delayMs = 150
    const began = Date.now()
    expect(await ask(24)).toBeUndefined()
    expect(Date.now() - began).toBeLessThan(1000)
    expect(tiles.counts).toMatchObject({ late: 1, hit: 0 })
    await new Promise((resolve) => setTimeout(resolve, 300))
    between.delayMs = 0
    expect(new Uint8Array(await (await ask(25))!.arrayBuffer())).toEqual(tile25)
    expect(tiles.counts).toMatchObject({ late: 1, hit: 1 })
    said.mockRestore()
  })
})

describe('packs behind a web server', () => {
  it('are read by range under their ETag, and with the Authorization that the server asks for', async () => {
    const { bytesAt: _, shard } = await packedWorld()
    const pack = await shard()
    const asked: Headers[] = []
    const server = vi.spyOn(globalThis, 'fetch').mockImplementation(async (url, init) => {
      const headers = new Headers(init?.headers)
      asked.push(headers)
      if (headers.get('authorization') !== 'Bearer key') return new Response(null, { status: 403 })
      if (String(url) !== 'http://packs.test/below/a.pack') return new Response(null, { status: 404 })
      if ((headers.get('if-match') ?? '"v1"') !== '"v1"') return new Response(null, { status: 412 })
      const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(headers.get('range')!)!.map(Number)
      const part = pack.slice(start, end + 1)
      const range = `bytes ${start}-${start + part.length - 1}/${pack.length}`
      return new Response(part, { status: 206, headers: { etag: '"v1"', 'content-range': range } })
    })
    try {
      const source = httpSource('http://packs.test/below', 'a.pack', 'Bearer key')
      expect(await source.read(0, 1_000_000)).toEqual(pack)
      expect(await source.etag).toBe('"v1"')
      expect(await source.read(5, 9, { ifMatch: '"v1"' })).toEqual(pack.slice(5, 9))
      expect(asked).toHaveLength(2)
      await expect(source.read(5, 9, { ifMatch: '"v0"' })).rejects.toMatchObject({ code: 'changed' })
      await expect(httpSource('http://packs.test/below', 'a.pack').read(0, 9)).rejects.toMatchObject({ code: 'denied' })
      await expect(httpSource('http://packs.test', 'b', 'Bearer key').read(0, 9)).rejects.toMatchObject({
        code: 'absent',
      })
    } finally {
      server.mockRestore()
    }
  })
})
