import { env } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { bytesOf, World } from './support/world.ts'

const TILE = '/hips/public/open/Norder3/Dir0/Npix105.png'
const MINUTE = 60_000

describe.each([-10, -2, 2, 10])('an origin whose clock is %s minutes from the edge’s', (minutes) => {
  /** What it says of time, all of it by its own clock. */
  const said = (world: World) => {
    const at = (ms: number) => new Date(world.nowMs + minutes * MINUTE + ms).toUTCString()
    return { date: at(0), expires: at(60_000), 'last-modified': at(-1000), 'cache-control': 'public, max-age=60' }
  }
  const worldOf = () => {
    const world = new World()
    return world.put('/hipslist', 'list', said(world)).put(TILE, bytesOf(50), said(world))
  }
  const status = async (world: World, path: string) => {
    const answer = await world.get(path)
    await answer.arrayBuffer()
    await world.settle()
    return answer.headers.get('cache-status') ?? ''
  }

  it('has its documents kept for as long as it said, by the edge’s own clock, and then renewed', async () => {
    const world = worldOf()
    await status(world, '/hipslist')
    expect(await status(world, '/hipslist')).toMatch(/^isolate; hit; ttl=60\b/)
    world.nowMs += 59_000
    expect(await status(world, '/hipslist')).toMatch(/^isolate; hit; ttl=1\b/)
    expect(world.hits('/hipslist')).toBe(1)
    world.nowMs += 10 * MINUTE
    await status(world, '/hipslist')
    expect(world.hits('/hipslist')).toBe(2)
    expect(await status(world, '/hipslist')).toMatch(/^isolate; hit; ttl=(?:[1-9]|[1-5]\d|60)\b/)
  })

  it('has its tiles kept, and new generations seen within seconds', async () => {
    const world = worldOf()
    for (let i = 0; i < 3; i++) await status(world, TILE)
    expect(world.hits(TILE)).toBe(1)
    world.generation += '.p1'
    world.nowMs += 5_000
    await status(world, TILE)
    world.nowMs += 100
    await status(world, TILE)
    expect(world.hits(TILE)).toBe(2)
  })

  it('confirms what a client holds, whatever the date on it', async () => {
    const world = worldOf()
    const first = await world.get(TILE)
    await first.arrayBuffer()
    const modified = first.headers.get('last-modified') ?? ''
    const again = await world.get(TILE, { headers: { 'if-modified-since': modified } })
    expect(again.status).toBe(304)
    expect(first.headers.get('date')).toBeNull()
    expect(first.headers.get('expires')).toBeNull()
  })
})

describe('an edge whose own clock was set back by ten minutes', () => {
  it('sees new generations, rights and documents as soon as ever', async () => {
    const world = new World().put('/hipslist', 'old', { 'cache-control': 'max-age=60', etag: '"1"' }).put(TILE, 'tile')
    for (const path of ['/hipslist', TILE]) await (await world.get(path)).text()
    await world.settle()
    world.nowMs -= 10 * MINUTE
    world.generation += '.p1'
    world.put('/hipslist', 'new', { 'cache-control': 'max-age=60', etag: '"2"' })
    for (const path of ['/hipslist', TILE]) await (await world.get(path)).text()
    await world.settle()
    world.nowMs += 100
    expect(await (await world.get('/hipslist')).text()).toBe('new')
    await (await world.get(TILE)).text()
    expect(world.hits(TILE)).toBe(2)
  })

  it('asks an origin that was away again as soon as ever', async () => {
    const world = new World().put('/hipslist', 'old', { 'cache-control': 'no-cache', etag: '"1"' }).put(TILE, 'tile')
    for (const path of ['/hipslist', TILE]) await (await world.get(path)).text()
    world.away = true
    world.nowMs += MINUTE
    for (const path of ['/hipslist', TILE]) await (await world.get(path)).text()
    await world.settle()
    world.away = false
    world.generation += '.p1'
    world.put('/hipslist', 'new', { etag: '"2"' })
    world.nowMs -= 10 * MINUTE
    expect(await (await world.get('/hipslist')).text()).toBe('new')
    await (await world.get(TILE)).text()
    expect(world.hits(TILE)).toBe(2)
  })
})

it('a document that an edge of the region with a clock ten minutes ahead kept is confirmed, then used for its time', async () => {
  const regionStore = (env as { REGION_STORE: R2Bucket }).REGION_STORE
  const coloDisk = { fetch: async () => new Response(null, { status: 404 }) } as unknown as Fetcher
  const document = { 'cache-control': 'max-age=60', etag: '"1"' }
  const ahead = new World({ regionStore, coloDisk }).put('/hipslist', 'list', document)
  ahead.nowMs += 10 * MINUTE
  await (await ahead.get('/hipslist')).text()
  await ahead.settle()
  const world = new World({ regionStore, coloDisk }, ahead.host).put('/hipslist', 'list', document)
  const first = await world.get('/hipslist')
  expect([await first.text(), first.headers.get('cache-status')]).toEqual([
    'list',
    'region; fwd=stale; fwd-status=304, colo; fwd=miss, isolate; fwd=miss',
  ])
  await world.settle()
  world.nowMs += 30_000
  expect((await world.get('/hipslist')).headers.get('cache-status')).toMatch(/^isolate; hit; ttl=30\b/)
  world.nowMs += 31_000
  await (await world.get('/hipslist')).text()
  await world.settle()
  expect(world.hits('/hipslist')).toBe(2)
  const alone = new World({ regionStore, coloDisk }, ahead.host)
  alone.away = true
  expect(await (await alone.get('/hipslist')).text()).toBe('list')
})
