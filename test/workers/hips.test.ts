import { describe, expect, it } from 'vitest'
import { testIssuer } from './support/tokens.ts'
import { bytesOf, DATE, World } from './support/world.ts'

const TILE = '/hips/public/open/Norder3/Dir0/Npix105.png'

const withTile = (world = new World()) => world.put(TILE, bytesOf(5000), { 'content-type': 'image/png', etag: '"t"' })

describe('a tile of a public map', () => {
  it('comes from the origin once, then from the isolate', async () => {
    const world = withTile()
    const first = await world.get(TILE)
    expect(first.status).toBe(200)
    expect(first.headers.get('cache-status')).toBe('colo; fwd=uri-miss; fwd-status=200; stored, isolate; fwd=miss')
    expect(new Uint8Array(await first.arrayBuffer())).toEqual(bytesOf(5000))
    const second = await world.get(TILE)
    expect(second.headers.get('cache-status')).toBe('isolate; hit')
    expect(new Uint8Array(await second.arrayBuffer())).toEqual(bytesOf(5000))
    expect(world.hits(TILE)).toBe(1)
  })

  it('says what it is, how long it may live, and that any page may read it', async () => {
    const { headers } = await withTile().get(TILE)
    expect(headers.get('content-type')).toBe('image/png')
    expect(headers.get('etag')).toBe('"t"')
    expect(headers.get('last-modified')).toBe(DATE)
    expect(headers.get('content-length')).toBe('5000')
    expect(headers.get('accept-ranges')).toBe('bytes')
    expect(headers.get('cache-control')).toMatch(/^public, max-age=\d+/)
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.get('access-control-expose-headers')).toContain('Cache-Status')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-request-id')).toMatch(/^[\w-]{36}$/)
    expect(headers.get('server-timing')).toMatch(/^edge;dur=/)
  })

  it('comes from the isolate at once, each answer with an id of its own', async () => {
    const world = withTile()
    await (await world.get(TILE)).arrayBuffer()
    const now = (headers: Record<string, string> = {}) =>
      world.fetch(new Request(`https://${world.host}${TILE}`, { headers }), { waitUntil: () => undefined })
    const answers = [now(), now({ 'x-request-id': 'sent-1' }), now()]
    expect(answers.every((answer) => answer instanceof Response)).toBe(true)
    const ids = (answers as Response[]).map(({ headers }) => headers.get('x-request-id'))
    expect(ids[1]).toBe('sent-1')
    expect(new Set(ids).size).toBe(3)
    for (const id of [ids[0], ids[2]]) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(new Uint8Array(await (answers as Response[])[2].arrayBuffer())).toEqual(bytesOf(5000))
  })

  it('is found in the data centre by a new isolate', async () => {
    const world = withTile()
    await (await world.get(TILE)).arrayBuffer()
    await world.settle()
    const other = new World()
    other.generation = world.generation
    const found = await other.get(TILE)
    expect(found.headers.get('cache-status')).toBe('colo; hit, isolate; fwd=miss')
    expect(found.headers.get('etag')).toBe('"t"')
    expect(found.headers.get('last-modified')).toBe(DATE)
    expect(new Uint8Array(await found.arrayBuffer())).toEqual(bytesOf(5000))
    expect((await other.get(TILE)).headers.get('cache-status')).toBe('isolate; hit')
  })

  it('has one copy for both endpoints', async () => {
    const world = withTile()
    await (await world.get(TILE)).arrayBuffer()
    const full = await world.get(TILE.replace('public', 'full'))
    expect(full.headers.get('cache-status')).toBe('isolate; hit')
  })

  it('is another one after the map was published again', async () => {
    const world = withTile()
    await (await world.get(TILE)).arrayBuffer()
    world.generation = `${world.id}-2`
    world.put(TILE, 'new', { etag: '"u"' })
    world.nowMs += 4_000
    expect(await (await world.get(TILE)).text()).toBe('new')
  })

  it('is not kept when the origin answers with another generation than the key names', async () => {
    const world = new World().put(TILE, 'next', { 'x-skyedge-generation': 'later' })
    await (await world.get(TILE)).text()
    await (await world.get(TILE)).text()
    expect(world.hits(TILE)).toBe(2)
  })

  it('answers HEAD with the true length and no body, also on a miss', async () => {
    const world = withTile()
    for (const status of ['colo; fwd=uri-miss', 'isolate; hit']) {
      const head = await world.get(TILE, { method: 'HEAD' })
      expect(head.status).toBe(200)
      expect(head.headers.get('content-length')).toBe('5000')
      expect(head.headers.get('cache-status')).toContain(status)
      expect((await head.arrayBuffer()).byteLength).toBe(0)
    }
  })

  it('is not sent again to one who has it', async () => {
    const world = withTile()
    for (const [name, value] of [
      ['if-none-match', '"t"'],
      ['if-none-match', 'W/"t", "x"'],
      ['if-none-match', '*'],
      ['if-modified-since', DATE],
    ]) {
      const answer = await world.get(TILE, { headers: { [name]: value } })
      expect([value, answer.status]).toEqual([value, 304])
      expect(answer.headers.get('etag')).toBe('"t"')
      expect(answer.headers.get('cache-control')).toContain('max-age')
    }
    expect((await world.get(TILE, { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
  })

  it('gives the range that is asked for, and 416 past its end', async () => {
    const world = withTile()
    const part = await world.get(TILE, { headers: { range: 'bytes=100-199' } })
    expect(part.status).toBe(206)
    expect(part.headers.get('content-range')).toBe('bytes 100-199/5000')
    expect(part.headers.get('content-length')).toBe('100')
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(bytesOf(5000).slice(100, 200))
    const tail = await world.get(TILE, { headers: { range: 'bytes=-10' } })
    expect(new Uint8Array(await tail.arrayBuffer())).toEqual(bytesOf(5000).slice(4990))
    const past = await world.get(TILE, { headers: { range: 'bytes=5000-' } })
    expect(past.status).toBe(416)
    expect(past.headers.get('content-range')).toBe('bytes */5000')
    const other = await world.get(TILE, { headers: { range: 'bytes=0-9', 'if-range': '"old"' } })
    expect(other.status).toBe(200)
  })

  it('is a 404 from the manifest where it cannot exist, and the origin hears nothing of it', async () => {
    const world = withTile()
    const absent = [
      'Norder3/Dir0/Npix110.png',
      'Norder3/Dir0/Npix99.png',
      'Norder4/Dir0/Npix420.png',
      'Norder3/Dir0/Npix768.png',
      'Norder3/Dir10000/Npix105.png',
      'Norder3/Dir0/Npix0105.png',
      'Norder03/Dir0/Npix105.png',
      'Norder3/Dir0/Npix105.jpg',
      'Norder3/Dir0/Npix105.png.bak',
      'Norder3/Dir0/Npix-1.png',
      'Norder3/Dir0/Npix1e2.png',
      'Norder30/Dir0/Npix105.png',
      'Norder3/Dir99999999999999990000/Npix99999999999999999999.png',
      'secret',
      'public/properties',
    ]
    for (const file of absent) {
      const answer = await world.get(`/hips/public/open/${file}`)
      expect([file, answer.status]).toEqual([file, 404])
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    }
    expect(world.asked.map(({ path }) => path)).toEqual(['/internal/maps'])
  })

  it('exists above and below the cells of the MOC', async () => {
    const world = new World()
    const there = ['Norder0/Dir0/Npix1', 'Norder2/Dir0/Npix26', 'Norder5/Dir0/Npix1759', 'Norder3/Allsky']
    for (const file of there) {
      const path = `/hips/full/open/${file}.png`
      world.put(path, file)
      expect([file, (await world.get(path)).status]).toEqual([file, 200])
    }
    for (const file of ['Norder0/Dir0/Npix2', 'Norder2/Dir0/Npix24', 'Norder2/Dir0/Npix28', 'Norder5/Dir0/Npix1760'])
      expect([file, (await world.get(`/hips/full/open/${file}.png`)).status]).toEqual([file, 404])
  })
})

describe('a tile larger than what JavaScript holds', () => {
  const big = bytesOf(1_054_080)
  const path = '/hips/public/open/Norder3/Dir0/Npix106.fits'

  it('passes through the data centre cache, whole and by range', async () => {
    const world = new World().put(path, big, { 'content-type': 'application/fits' })
    const first = await world.get(path)
    expect(first.headers.get('content-length')).toBe('1054080')
    expect(new Uint8Array(await first.arrayBuffer())).toEqual(big)
    const second = await world.get(path)
    expect(second.headers.get('cache-status')).toBe('colo; hit, isolate; fwd=miss')
    expect((await second.arrayBuffer()).byteLength).toBe(1_054_080)
    const part = await world.get(path, { headers: { range: 'bytes=1000000-1000099' } })
    expect(part.status).toBe(206)
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(big.slice(1_000_000, 1_000_100))
    expect(world.hits(path)).toBe(1)
  })

  it('is asked for once by many at the same time', async () => {
    const world = new World().put(path, big)
    world.delayMs = 20
    const lengths = await Promise.all(
      Array.from({ length: 10 }, async () => (await (await world.get(path)).arrayBuffer()).byteLength),
    )
    expect(new Set(lengths)).toEqual(new Set([1_054_080]))
    expect(world.hits(path)).toBe(1)
  })
})

describe('the two endpoints of a map with data rights', async () => {
  const issuer = await testIssuer()
  const withMap = () => {
    const world = new World()
    world.put('/.well-known/jwks.json', issuer.jwks)
    for (const tier of ['public', 'full'])
      for (const file of ['Norder6/Dir0/Npix1.png', 'Norder7/Dir0/Npix1.png', 'properties'])
        world.put(
          `/hips/${tier}/demo/dr1/r/${file}`,
          `${tier === 'full' || file !== 'properties' ? '' : 'public '}${file}`,
        )
    return world
  }
  const bearer = async (world: World, claims = {}) => ({
    headers: { authorization: `Bearer ${await issuer.token(world, claims)}` },
  })

  it('open the public one to everybody, up to its order', async () => {
    const world = withMap()
    expect((await world.get('/hips/public/demo/dr1/r/Norder6/Dir0/Npix1.png')).status).toBe(200)
    expect((await world.get('/hips/public/demo/dr1/r/Norder7/Dir0/Npix1.png')).status).toBe(404)
    expect(await (await world.get('/hips/public/demo/dr1/r/properties')).text()).toBe('public properties')
  })

  it('refuse the full one to strangers before anything is looked up or asked', async () => {
    const world = withMap()
    for (const file of ['properties', 'Norder6/Dir0/Npix1.png', 'Norder7/Dir0/Npix1.png']) {
      const answer = await world.get(`/hips/full/demo/dr1/r/${file}`)
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="skyedge".*Basic/)
      expect(answer.headers.get('cache-control')).toBe('no-store')
    }
    expect(world.asked.map(({ path }) => path)).toEqual(['/internal/maps'])
  })

  it('open the full one to holders of data rights, for private caches only', async () => {
    const world = withMap()
    const answer = await world.get('/hips/full/demo/dr1/r/Norder7/Dir0/Npix1.png', await bearer(world))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toMatch(/^private, max-age=/)
    expect(answer.headers.get('vary')).toContain('Authorization')
  })

  it('decide on every request: what one may see is not handed to the next', async () => {
    const world = withMap()
    const path = '/hips/full/demo/dr1/r/Norder7/Dir0/Npix1.png'
    expect((await world.get(path, await bearer(world))).status).toBe(200)
    await world.settle()
    expect((await world.get(path)).status).toBe(401)
    expect((await world.get(path, await bearer(world, { data_rights: 'dr0' }))).status).toBe(403)
    expect((await world.get(path, await bearer(world, { scope: 'read:tap' }))).status).toBe(403)
    const again = await world.get(path, await bearer(world, { sub: 'bob' }))
    expect([again.status, again.headers.get('cache-status')]).toEqual([200, 'isolate; hit'])
  })

  it('take the token as Basic password, as Basic user and as cookie, never from the query', async () => {
    const world = withMap()
    const path = '/hips/full/demo/dr1/r/Norder7/Dir0/Npix1.png'
    const token = await issuer.token(world)
    const status = async (headers: Record<string, string>, query = '') =>
      (await world.get(path + query, { headers })).status
    expect(await status({ authorization: `Basic ${btoa(`x-oauth:${token}`)}` })).toBe(200)
    expect(await status({ authorization: `Basic ${btoa(`${token}:`)}` })).toBe(200)
    expect(await status({ cookie: `a=b; skyedge_session=${token}` })).toBe(200)
    expect(await status({}, `?token=${token}`)).toBe(401)
    expect(await status({}, `?access_token=${token}`)).toBe(401)
  })

  it('tell the origin who asks, and never show it the token', async () => {
    const world = withMap()
    await world.get('/hips/full/demo/dr1/r/Norder7/Dir0/Npix1.png', await bearer(world))
    const asked = world.asked.at(-1)!
    expect(asked.headers.get('authorization')).toBeNull()
    expect(asked.headers.get('cookie')).toBeNull()
    const principal = JSON.parse(
      atob(asked.headers.get('x-skyedge-principal')!.replaceAll('-', '+').replaceAll('_', '/')),
    )
    expect(principal).toMatchObject({ sub: 'ada', dataRights: ['dr1'], scopes: ['read:image'] })
  })

  it('open by themselves at the date of release', async () => {
    const world = withMap()
    world.maps[0].rights = { access: 'proprietary', release: 'dr1', publicFromMs: world.nowMs + 1000 }
    const path = '/hips/full/demo/dr1/r/Norder7/Dir0/Npix1.png'
    expect((await world.get(path)).status).toBe(401)
    world.nowMs += 1000
    expect((await world.get(path)).status).toBe(200)
  })
})
