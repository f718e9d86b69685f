// Isolate, data centre, region, origin: where an answer comes from, what moves up, what each says of itself.

import { env } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { EDGE_HEADER } from '#src/services'
import { bytesOf, SECRET, World } from './support/world.ts'

const TILE = '/hips/public/open/Norder3/Dir0/Npix105.png'
const LARGE = '/hips/public/open/Norder3/Dir0/Npix106.fits'
const region = (env as { REGION_STORE: R2Bucket }).REGION_STORE

const withRegion = (settings = {}) => new World({ regionStore: region, ...settings })
/** Another data centre of the region: nothing in its isolate, nothing in its Cache API. */
const elsewhere = (world: World) => {
  const other = withRegion({ coloDisk: nowhere })
  other.generation = world.generation
  return other
}
const nowhere = { fetch: async () => new Response(null, { status: 404 }) } as unknown as Fetcher

describe('the region', () => {
  it('has what any of its data centres asked for, and the origin is asked once', async () => {
    const world = withRegion().put(TILE, bytesOf(5000), { 'content-type': 'image/png', etag: '"t"' })
    const first = await world.get(TILE)
    expect(first.headers.get('cache-status')).toBe(
      'region; fwd=uri-miss; fwd-status=200; stored, colo; fwd=miss, isolate; fwd=miss',
    )
    await first.arrayBuffer()
    await world.settle()
    const other = elsewhere(world)
    const found = await other.get(TILE)
    expect(found.headers.get('cache-status')).toBe('region; hit, colo; fwd=miss, isolate; fwd=miss')
    expect([found.headers.get('etag'), found.headers.get('content-type')]).toEqual(['"t"', 'image/png'])
    expect(new Uint8Array(await found.arrayBuffer())).toEqual(bytesOf(5000))
    expect((await other.get(TILE)).headers.get('cache-status')).toBe('isolate; hit')
    expect(other.hits(TILE)).toBe(0)
  })

  it('gives what it has to the data centre', async () => {
    const world = withRegion({ coloDisk: nowhere }).put(TILE, bytesOf(500))
    await (await world.get(TILE)).arrayBuffer()
    await world.settle()
    for (const status of ['region; hit, colo; fwd=miss, isolate; fwd=miss', 'colo; hit, isolate; fwd=miss']) {
      const other = withRegion()
      other.generation = world.generation
      expect((await other.get(TILE)).headers.get('cache-status')).toBe(status)
      await other.settle()
    }
  })

  it('holds large bodies too, which stream', async () => {
    const big = bytesOf(2_000_000)
    const world = withRegion().put(LARGE, big, { 'content-type': 'application/fits' })
    await (await world.get(LARGE)).arrayBuffer()
    await world.settle()
    const other = elsewhere(world)
    const found = await other.get(LARGE)
    expect(found.headers.get('cache-status')).toMatch(/^region; hit/)
    expect(new Uint8Array(await found.arrayBuffer())).toEqual(big)
    const part = await other.get(LARGE, { headers: { range: 'bytes=1999990-' } })
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(big.slice(1_999_990))
    expect(other.hits(LARGE)).toBe(0)
  })

  it('keeps neutral bodies: no CORS, no cookie, nobody', async () => {
    const world = withRegion().put(TILE, 'x', {
      'set-cookie': 'a=b',
      'access-control-allow-origin': 'https://x.example',
    })
    await (await world.get(TILE, { headers: { origin: 'https://y.example', cookie: 'c=d' } })).text()
    await world.settle()
    const { objects } = await region.list({ prefix: `cache/${world.generation}/`, include: ['customMetadata'] })
    expect(objects).toHaveLength(1)
    expect(JSON.stringify(objects[0].customMetadata)).not.toMatch(/a=b|c=d|example|cookie/i)
  })

  it('that lies about a length, or is away, has nothing', async () => {
    const world = withRegion().put(TILE, bytesOf(5000))
    await (await world.get(TILE)).arrayBuffer()
    await world.settle()
    const { objects } = await region.list({ prefix: `cache/${world.generation}/`, include: ['customMetadata'] })
    await region.put(objects[0].key, bytesOf(4999), { customMetadata: objects[0].customMetadata })
    const broken = { get: () => Promise.reject(new Error('away')), put: () => Promise.reject(new Error('away')) }
    for (const regionStore of [region, broken as unknown as R2Bucket]) {
      const other = new World({ regionStore, coloDisk: nowhere }).put(TILE, bytesOf(5000))
      other.generation = world.generation
      expect((await (await other.get(TILE)).arrayBuffer()).byteLength).toBe(5000)
      expect(other.hits(TILE)).toBe(1)
    }
  })

  it('confirms a document by the ETag of what another data centre kept, and shows it while the origin is away', async () => {
    const world = withRegion().put('/hipslist', 'creator_did = ivo://x', { etag: '"1"' })
    await (await world.get('/hipslist')).text()
    await world.settle()
    const later = (hours: number) => {
      const other = new World({ regionStore: region, coloDisk: nowhere }, world.host).put('/hipslist', 'new', {
        etag: '"1"',
      })
      other.nowMs += hours * 3600_000
      return other
    }
    const confirmed = await later(1).get('/hipslist')
    expect([confirmed.headers.get('cache-status'), await confirmed.text()]).toEqual([
      'region; fwd=stale; fwd-status=304, colo; fwd=miss, isolate; fwd=miss',
      'creator_did = ivo://x',
    ])
    const alone = later(2)
    alone.away = true
    const shown = await alone.get('/hipslist')
    expect([shown.status, await shown.text()]).toEqual([200, 'creator_did = ivo://x'])
    expect(shown.headers.get('cache-status')).toMatch(/^region; hit; ttl=-\d+; detail=origin-away/)
  })
})

describe('the counters', () => {
  it('tell by tier, kind and order how often each had what was asked', async () => {
    const world = withRegion().put(TILE, 'x').put('/hipslist', 'list')
    for (let i = 0; i < 3; i++) await (await world.get(TILE)).text()
    await (await world.get('/hipslist')).text()
    await world.get('/hips/public/open/Norder2/Dir0/Npix1.png')
    const { answers, tiers } = (await (await world.get('/healthz')).json()) as Record<string, unknown>
    expect(tiers).toEqual(['isolate', 'colo', 'region'])
    expect(answers).toEqual({
      isolate: { hit: 2, miss: 2, absent: 1 },
      colo: { miss: 2 },
      region: { miss: 2 },
      origin: { hit: 2 },
    })
    const text = await (await world.get('/edge/metrics', { headers: { [EDGE_HEADER]: SECRET } })).text()
    for (const line of [
      'tier="isolate",kind="tile",order="3",outcome="hit"} 2',
      'tier="isolate",kind="tile",order="2",outcome="absent"} 1',
      'tier="origin",kind="description",order="",outcome="hit"} 1',
    ])
      expect(text).toContain(line)
  })

  it('are shown to those who know the secret', async () => {
    const world = new World()
    for (const secret of ['', 'guess', `${SECRET}x`, SECRET.toUpperCase()]) {
      const answer = await world.get('/edge/metrics', { headers: { [EDGE_HEADER]: secret } })
      expect([secret, answer.status]).toEqual([secret, 404])
    }
    expect(world.asked).toEqual([])
  })
})
