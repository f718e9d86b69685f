import { describe, expect, it } from 'vitest'
import { EDGE_HEADER, heardPrincipal, PRINCIPAL_HEADER, WARM_BATCH, type WarmAnswer } from '#src/services'
import type { Env, WarmMessage } from '../../workers/edge/env.ts'
import worker from '../../workers/edge/main.ts'
import { bytesOf, SECRET, World } from './support/world.ts'

const tile = (npix: number, tier = 'public', map = 'open', format = 'png') =>
  `/hips/${tier}/${map}/Norder3/Dir0/Npix${npix}.${format}`

const post = (world: World, body: unknown, secret: string | undefined = SECRET) =>
  world.get('/edge/warm', {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...(secret && { [EDGE_HEADER]: secret }) },
  })
const warm = async (world: World, body: unknown) => {
  const answer = await post(world, body)
  expect(answer.status).toBe(200)
  return (await answer.json()) as WarmAnswer
}

describe('warming', () => {
  it('fills what is named, and says of each what was done; again it finds all of it', async () => {
    const world = new World().put(tile(100), bytesOf(100)).put(tile(101), bytesOf(700_000))
    const paths = [tile(100), tile(101), tile(102), tile(99)]
    expect(await warm(world, { paths })).toEqual({
      region: 'test',
      queued: false,
      // 102 is not at the origin, 99 is not in the map.
      outcomes: ['filled', 'filled', 'absent', 'absent'],
    })
    const { outcomes } = await warm(world, { paths })
    expect(outcomes).toEqual(['there', 'there', 'absent', 'absent'])
    expect([world.hits(tile(100)), world.hits(tile(101)), world.hits(tile(99))]).toEqual([1, 1, 0])
    world.away = true
    for (const npix of [100, 101]) expect((await world.get(tile(npix))).status).toBe(200)
  })

  it('only looks when it is told so', async () => {
    const world = new World().put(tile(100), bytesOf(100)).put(tile(101), bytesOf(100))
    await (await world.get(tile(100))).arrayBuffer()
    const { outcomes } = await warm(world, { paths: [tile(100), tile(101)], look: true })
    expect(outcomes).toEqual(['there', 'missing'])
    expect(world.hits(tile(101))).toBe(0)
  })

  it('fills the orders that need data rights, and gives them to nobody who has none', async () => {
    const path = tile(100, 'full', 'demo/dr1/r')
    const world = new World().put(path, bytesOf(100))
    expect((await warm(world, { paths: [path] })).outcomes).toEqual(['filled'])
    const asked = world.asked.find((each) => each.path === path)
    expect(heardPrincipal(asked?.headers.get(PRINCIPAL_HEADER) ?? '')).toMatchObject({ dataRights: ['dr1'] })
    expect((await world.get(path)).status).toBe(401)
  })

  it('says which failed while the origin is away, and fills them the next time', async () => {
    const world = new World().put(tile(100), bytesOf(100))
    await (await world.get('/hips/public/open/properties')).text()
    world.away = true
    expect((await warm(world, { paths: [tile(100)] })).outcomes).toEqual(['failed'])
    world.away = false
    expect((await warm(world, { paths: [tile(100)] })).outcomes).toEqual(['filled'])
  })

  it('does a few at a time', async () => {
    const world = new World()
    let [under, most] = [0, 0]
    const paths = Array.from({ length: 10 }, (_, i) => tile(100 + i))
    for (const path of paths)
      world.routes.set(path, async () => {
        under++
        most = Math.max(most, under)
        await new Promise((resolve) => setTimeout(resolve, 10))
        under--
        return new Response('x', { headers: { 'content-length': '1' } })
      })
    await warm(world, { paths })
    expect([under, most]).toEqual([0, 6])
  })

  it('does not exist for who does not know the secret', async () => {
    const world = new World()
    for (const secret of ['', 'wrong', `${SECRET}x`, SECRET.slice(1)])
      expect((await post(world, { paths: [tile(100)] }, secret || undefined)).status).toBe(secret ? 404 : 200)
    const bare = await world.get('/edge/warm', { method: 'POST', body: '{"paths":[]}' })
    expect(bare.status).toBe(404)
    expect((await world.get('/edge/warm')).status).toBe(405)
    expect(world.hits(tile(100))).toBe(1)
  })

  it('takes addresses of maps and documents only, so many at a time, in a body of bounded size', async () => {
    const world = new World()
    const wrong = [
      '/internal/maps',
      '/soda/sync?ID=x',
      '/hips/../internal/maps',
      '/hips/%2e%2e/internal/maps',
      'http://elsewhere.test/hips/',
      '/edge/warm',
      7,
    ]
    for (const path of wrong) expect([path, (await post(world, { paths: [path] })).status]).toEqual([path, 400])
    for (const body of ['', '[]', 'null', '{"paths":"/hips/"}', `{"paths":[${'"/",'.repeat(9000)}"/"]}`])
      expect((await post(world, body)).status).toBe(400)
    expect((await post(world, { paths: Array(WARM_BATCH + 1).fill('/') })).status).toBe(400)
    expect(world.asked).toEqual([])
  })
})

describe('warming by a queue', () => {
  it('puts on it what no tier has, a few paths a message', async () => {
    const sent: WarmMessage[] = []
    const world = new World({ enqueue: async (messages) => void sent.push(...messages) }).put(tile(100), bytesOf(10))
    await (await world.get(tile(100))).arrayBuffer()
    world.maps = [{ ...world.maps[1], moc: { order: 3, ranges: [100, 160] } }]
    world.generation += 'b'
    world.nowMs += 60_000
    await (await world.get(tile(100))).arrayBuffer()
    const paths = Array.from({ length: 60 }, (_, i) => tile(100 + i))
    const { queued, outcomes } = await warm(world, { paths })
    expect(queued).toBe(true)
    expect(outcomes.filter((outcome) => outcome === 'there')).toHaveLength(1)
    expect(sent.flatMap((message) => message.paths)).toEqual(paths.filter((_, i) => outcomes[i] === 'missing'))
    expect(sent.map((message) => message.paths.length)).toEqual([25, 25, 9])
    expect(world.hits(tile(101))).toBe(0)
  })

  it('is worked off by the consumer: done is acknowledged, what failed is tried again', async () => {
    const maps = [{ map: 'm', generation: `q-${Math.random()}`, release: 'dr1', order: 3, publicOrder: 3 }]
    const asked: string[] = []
    const answers: Record<string, () => Response> = {
      '/internal/maps': () =>
        Response.json({
          maps: maps.map((map) => ({ ...map, formats: ['png'], rights: { access: 'public', release: 'dr1' } })),
        }),
      [tile(1, 'public', 'm')]: () => new Response('x', { headers: { 'content-length': '1' } }),
      [tile(2, 'public', 'm')]: () => new Response('x', { status: 503 }),
    }
    const env: Env = {
      ORIGIN_URL: 'http://origin.test',
      EDGE_SECRET: SECRET,
      ORIGIN: {
        fetch: async (request: Request) => {
          const { pathname } = new URL(request.url)
          asked.push(pathname)
          return answers[pathname]?.() ?? new Response('none', { status: 404 })
        },
      } as unknown as Fetcher,
    }
    const told: string[] = []
    const message = (name: string, paths: string[]) =>
      ({ body: { paths }, ack: () => told.push(`${name} done`), retry: () => told.push(`${name} again`) }) as never
    const context = { waitUntil: () => undefined } as unknown as ExecutionContext
    const messages = [
      message('one', [tile(1, 'public', 'm')]),
      message('two', [tile(1, 'public', 'm'), tile(2, 'public', 'm')]),
      message('three', ['/internal/maps']),
    ]
    await worker.queue({ messages } as unknown as MessageBatch<WarmMessage>, env, context)
    expect(told).toEqual(['one done', 'two again', 'three again'])

    // The clock's call renews the manifest whatever its age, and asks for the documents.
    const before = asked.filter((path) => path === '/internal/maps').length
    await worker.scheduled({} as ScheduledController, env, context)
    expect(asked.filter((path) => path === '/internal/maps').length).toBe(before + 1)
    expect(asked).toContain('/hipslist')
  })
})

describe('an edge behind a proxy that ends TLS', () => {
  it('tells the origin the address that clients know', async () => {
    const world = new World({ publicUrl: 'https://sky.example' }).put('/hipslist', 'x')
    await (await world.get('/hipslist')).text()
    expect(world.asked.find(({ path }) => path === '/hipslist')?.headers.get('x-skyedge-base')).toBe(
      'https://sky.example',
    )
  })
})
