import { generateKeyPair, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { readEnv } from '../../workers/edge/env.ts'
import { testIssuer } from './support/tokens.ts'
import { bytesOf, World } from './support/world.ts'

const TILE = '/hips/public/open/Norder3/Dir0/Npix105.png'
const DEEP = '/hips/full/demo/dr1/r/Norder7/Dir0/Npix1.png'

describe('addresses that try to be something else', () => {
  it('are refused where they hold dot segments, separators or control characters, however escaped', async () => {
    const world = new World().put(TILE, 'x')
    const tricks = [
      '/hips/public/../full/demo/dr1/r/properties',
      '/hips/public/%2e%2e/full/demo/dr1/r/properties',
      '/hips/public/.%2E/full/demo/dr1/r/properties',
      '/hips/public/./open/properties',
      '/hips/public/open%2fproperties',
      '/hips/public/open%2Fproperties',
      '/hips/public/open%5cproperties',
      '/hips/public\\open\\properties',
      '/hips/public/open/properties%00.png',
      '/hips/public/open/properties%0d%0aX-Evil:1',
      '/hips/public/%252e%252e/full/demo/dr1/r/properties',
      '/hips/public/open/%E0%A4%A',
      '/hips/public/open/%zz',
      `/${'a'.repeat(3000)}`,
    ]
    for (const path of tricks) {
      const answer = await world.get(path)
      expect([path, answer.status]).toEqual([path, 400])
    }
    expect(world.asked).toEqual([])
  })

  it('mean the tile when they only double slashes or escape letters, and share its copy', async () => {
    const world = new World().put(TILE, 'x')
    for (const path of [TILE, `/${TILE}`, TILE.replaceAll('/', '//'), TILE.replace('Norder', '%4Eorder')]) {
      const answer = await world.get(path)
      expect([path, answer.status]).toEqual([path, 200])
      await answer.text()
    }
    expect(world.hits(TILE)).toBe(1)
  })

  it('outside of what the node has are a 404 problem and never reach the origin', async () => {
    const world = new World()
    for (const path of [
      '/internal/maps',
      '/internal/product?id=x',
      '/metrics',
      '/admin',
      '/soda',
      '/soda/secret',
      '/hips',
      '/hips/private/open/properties',
      '/known/maps/',
    ]) {
      const answer = await world.get(path)
      expect([path, answer.status]).toEqual([path, 404])
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
    }
    expect(world.asked).toEqual([])
  })

  it('with methods that mean nothing are a 405 that names the others', async () => {
    const world = new World()
    for (const [method, path] of [
      ['POST', TILE],
      ['PUT', TILE],
      ['DELETE', TILE],
      ['PATCH', '/hipslist'],
      ['POST', '/'],
      ['PURGE', TILE],
    ]) {
      const answer = await world.get(path, { method })
      expect([method, path, answer.status]).toEqual([method, path, 405])
      expect(answer.headers.get('allow')).toContain('GET, HEAD')
    }
    expect(world.asked).toEqual([])
  })
})

describe('poisoning the cache', () => {
  it('fails by headers: nothing of the client reaches the origin or the copy', async () => {
    const world = new World()
    // An origin that would repeat whatever it is told.
    world.routes.set(TILE, ({ headers }) => {
      const told = [
        'x-skyedge-base',
        'x-forwarded-host',
        'x-forwarded-for',
        'x-original-url',
        'x-evil',
        'range',
        'accept',
      ].map((name) => headers.get(name))
      return new Response(JSON.stringify(told), { headers: { 'set-cookie': 'stolen=1', vary: 'X-Evil' } })
    })
    const evil = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-for': '1.2.3.4',
      'x-original-url': '/admin',
      'x-evil': '<script>',
      'x-skyedge-principal': btoa('{"sub":"root"}'),
      'x-skyedge-edge': 'guess',
      range: 'bytes=0-1',
      accept: 'text/html',
      cookie: 'a=b',
    }
    await world.get(TILE, { headers: evil })
    const answer = await world.get(TILE)
    expect(await answer.text()).toBe(`["http://${world.host}",null,null,null,null,null,null]`)
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect(answer.headers.get('vary')).toBe('Origin')
    expect(world.asked.at(-1)!.headers.get('x-skyedge-principal')).toBeNull()
  })

  it('fails by query strings: a tile has none', async () => {
    const world = new World().put(TILE, 'x')
    for (const query of ['', '?x=1', '?cb=2&format=fits', '?/../../admin', '#a']) {
      const answer = await world.get(TILE + query)
      expect([query, answer.status, await answer.text()]).toEqual([query, 200, 'x'])
    }
    expect(world.hits(TILE)).toBe(1)
    expect(world.asked.every(({ path }) => !path.includes('?'))).toBe(true)
  })

  it('fails by range: what is kept is always the whole', async () => {
    const world = new World().put(TILE, bytesOf(1000))
    expect((await world.get(TILE, { headers: { range: 'bytes=10-19' } })).status).toBe(206)
    const answer = await world.get(TILE)
    expect([answer.status, (await answer.arrayBuffer()).byteLength]).toEqual([200, 1000])
  })

  it('fails by Host: each name of the edge has documents of its own', async () => {
    const world = new World()
    world.routes.set('/hipslist', ({ headers }) => new Response(headers.get('x-skyedge-base')))
    const from = (host: string) =>
      world
        .fetch(new Request(`http://${host}/hipslist`), { waitUntil: () => undefined })
        .then((answer) => answer.text())
    expect(await from('evil.example')).toBe('http://evil.example')
    expect(await from('edge.test')).toBe('http://edge.test')
  })

  it('fails by page: CORS is added after the copy', async () => {
    const world = new World({ corsOrigins: new Set(['https://ours.example']) }).put(TILE, 'x')
    const ours = await world.get(TILE, { headers: { origin: 'https://ours.example', cookie: 'a=b' } })
    expect(ours.headers.get('access-control-allow-origin')).toBe('https://ours.example')
    const answer = await world.get(TILE, { headers: { origin: 'https://good.example' } })
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
  })

  it('fails by scheme: a proxy that says https makes other documents than one that says http', async () => {
    const world = new World()
    world.routes.set('/hipslist', ({ headers }) => new Response(headers.get('x-skyedge-base')))
    const by = (scheme: string) =>
      world
        .fetch(new Request(`${scheme}://${world.host}/hipslist`), { waitUntil: () => undefined })
        .then((answer) => answer.text())
    expect(await by('https')).toBe(`https://${world.host}`)
    expect(await by('http')).toBe(`http://${world.host}`)
  })

  it('fails in a shared cache in front: what differs by who asks, or by Accept, says so', async () => {
    const world = new World().put('/hipslist', 'list', { 'cache-control': 'public, max-age=60' })
    world.put('/moc?union=band%3Ar&RESPONSEFORMAT=json', '{}').put('/openapi.json', '{}').put('/moc', '{}')
    const vary = async (path: string) =>
      (await world.get(path, { headers: { accept: 'application/json' } })).headers.get('vary')
    expect(await vary('/hipslist')).toBe('Authorization, Cookie, Origin')
    expect(await vary('/moc/band/r')).toBe('Accept, Authorization, Cookie, Origin')
    expect(await vary('/moc?union=band:r')).toBe('Accept, Authorization, Cookie, Origin')
    expect(await vary('/moc/band/r.json')).toBe('Authorization, Cookie, Origin')
    expect(await vary('/openapi.json')).toBe('Origin')
  })

  it('fails by a Host that is none: it can neither turn an address into another one nor fill the log', async () => {
    const world = new World().put('/hipslist', 'list')
    for (const host of ['a/hipslist?x=', 'a#', 'me:pw@a', 'a"b<c>', 'a, b', 'a\\b', '']) {
      const answer = await world.get('/hipslist', { headers: { host } })
      expect([host, answer.status, answer.headers.get('cache-control')]).toEqual([host, 400, 'no-store'])
    }
    for (const host of ['sky.example', 'sky.example:8787', '[::1]:8787', '127.0.0.1'])
      expect((await world.get('/hipslist', { headers: { host } })).status).toBe(200)
  })

  it('fails by parameters that nobody knows: they make no further copies', async () => {
    const world = new World().put('/footprints?collection=c&limit=5', 'few').put('/collections', 'all')
    for (let i = 0; i < 20; i++) {
      const answer = await world.get(`/footprints?x${i}=1&limit=5&collection=c&cb=${i}&collection=${i}`)
      expect(await answer.text()).toBe('few')
      await (await world.get(`/collections?x=${i}`)).text()
    }
    expect(world.hits('/footprints?collection=c&limit=5')).toBe(1)
    expect(world.hits('/collections')).toBe(1)
  })

  it('fails by documents: one who signed in gets their own, and it is not kept', async () => {
    const issuer = await testIssuer()
    const world = new World().put('/.well-known/jwks.json', issuer.jwks)
    world.routes.set('/footprints', ({ headers }) =>
      Response.json(headers.has('x-skyedge-principal') ? 'secret' : 'open', {
        headers: { 'cache-control': 'public, max-age=60' },
      }),
    )
    const headers = { authorization: `Bearer ${await issuer.token(world)}` }
    expect(await (await world.get('/footprints?collection=demo.calexp', { headers })).json()).toBe('secret')
    expect(await (await world.get('/footprints?collection=demo.calexp')).json()).toBe('open')
    expect(await (await world.get('/footprints?collection=demo.calexp', { headers })).json()).toBe('secret')
  })

  it('fails by body: a part that was cut off is no answer', async () => {
    const world = new World()
    world.routes.set(TILE, () => {
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(bytesOf(10))
          controller.error(new Error('cut'))
        },
      })
      return new Response(body, { headers: { 'content-length': '1000' } })
    })
    expect((await world.get(TILE)).status).toBe(502)
    world.put(TILE, 'x')
    expect(await (await world.get(TILE)).text()).toBe('x')
  })
})

describe('cache deception', () => {
  it('finds no private answer kept under a name that looks public', async () => {
    const issuer = await testIssuer()
    const world = new World().put('/.well-known/jwks.json', issuer.jwks).put(DEEP, 'secret')
    const headers = { authorization: `Bearer ${await issuer.token(world)}` }
    expect((await world.get(DEEP, { headers })).status).toBe(200)
    const asked = world.asked.length
    for (const ending of [
      ';.css',
      '/x.css',
      '.css',
      '%3B.css',
      '%3b.png',
      ';a=b.png',
      '/..%2fx.png',
      '%23.css',
      '%0a.css',
    ]) {
      for (const options of [{ headers }, {}]) {
        const answer = await world.get(DEEP + ending, options)
        expect([ending, answer.status >= 400, (await answer.text()).includes('secret')]).toEqual([ending, true, false])
      }
    }
    // What follows a question mark is no part of the address: the decision is as without it.
    for (const ending of ['?.css', '?/style.css', '#.css']) expect((await world.get(DEEP + ending)).status).toBe(401)
    const kept = await world.get(DEEP, { headers })
    expect(kept.headers.get('cache-control')).toMatch(/^private/)
    expect(world.asked.length).toBe(asked)
  })
})

describe('ranges that no client sends', () => {
  const size = 5_000
  const withTile = () => new World().put(TILE, bytesOf(size))
  it.each([
    ['bytes=0-0,10-20', 200],
    ['bytes=0-,0-,0-,0-', 200],
    ['bytes=-0', 416],
    ['bytes=5000-', 416],
    ['bytes=4999-99999999999999999999999', 206],
    ['bytes=99999999999999999999999-', 416],
    ['bytes=-99999999999999999999999', 206],
    ['bytes=18446744073709551615-18446744073709551616', 416],
    ['bytes=10-5', 200],
    ['bytes=--5', 200],
    ['bytes=0x0-0x5', 200],
    ['bytes=1e1-1e2', 200],
    ['bytes', 200],
    ['lines=0-5', 200],
    ['bytes=0-5\tx', 200],
  ])('%j is answered with %d, and changes nothing of what is kept', async (range, status) => {
    const world = withTile()
    for (let i = 0; i < 2; i++) {
      const answer = await world.get(TILE, { headers: { range } })
      const length = (await answer.arrayBuffer()).byteLength
      expect(answer.status).toBe(status)
      if (status === 200) expect(length).toBe(size)
      if (status === 206) expect(Number(answer.headers.get('content-length'))).toBe(length)
    }
    expect((await (await world.get(TILE)).arrayBuffer()).byteLength).toBe(size)
    expect(world.asked.every(({ headers }) => headers.get('range') === null)).toBe(true)
  })
})

describe('ETags that no client was given', () => {
  it('make no further request to the origin and no other copy', async () => {
    const world = new World().put(TILE, 'x', { etag: '"t"' })
    const tags = [
      '"',
      'W/',
      'W/"',
      '"a',
      '""',
      '"t',
      `"${'x'.repeat(8000)}"`,
      Array(500).fill('"x"').join(', '),
      '*, "t"',
    ]
    for (const tag of tags)
      for (const name of ['if-none-match', 'if-match', 'if-range']) {
        const answer = await world.get(TILE, {
          headers: { [name]: tag, ...(name === 'if-range' && { range: 'bytes=0-0' }) },
        })
        expect([200, 206, 304, 412]).toContain(answer.status)
        await answer.text()
      }
    const plain = await world.get(TILE)
    expect([plain.headers.get('etag'), await plain.text()]).toEqual(['"t"', 'x'])
    expect(world.hits(TILE)).toBe(1)
  })

  it('of an origin that are no tags are not repeated', async () => {
    for (const etag of ['W/"weak"', 'bare', '"unclosed']) {
      const world = new World().put(TILE, 'x', { etag })
      const answer = await world.get(TILE)
      expect(answer.headers.get('etag')).toMatch(/^"[^"]*"$/)
    }
  })
})

describe('methods that mean something to a cache', () => {
  it('neither fill, nor change, nor empty it', async () => {
    const world = new World().put(TILE, 'x')
    await (await world.get(TILE)).text()
    const override = {
      'x-http-method-override': 'DELETE',
      'x-method-override': 'PURGE',
      'cache-control': 'no-cache',
      pragma: 'no-cache',
    }
    for (const method of ['DELETE', 'PURGE', 'PUT', 'POST', 'BAN']) {
      const answer = await world.get(TILE, { method, headers: override })
      expect([method, answer.status]).toEqual([method, 405])
    }
    const kept = await world.get(TILE, { headers: override })
    expect([kept.headers.get('cache-status'), await kept.text()]).toEqual(['isolate; hit', 'x'])
    expect(world.hits(TILE)).toBe(1)
  })
})

describe('a page of another site', () => {
  it('cannot read with the cookies of its visitor, unless the operator named it', async () => {
    const settings = readEnv({ ORIGIN_URL: 'http://origin.test', EDGE_SECRET: 'x'.repeat(20) })
    const world = new World({ corsOrigins: settings.corsOrigins }).put(TILE, 'x')
    const headers = { origin: 'https://evil.example', cookie: 'skyedge_session=a.b.c' }
    for (const method of ['GET', 'OPTIONS']) {
      const answer = await world.get(TILE, { method, headers })
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
    }
  })
})

describe('requests that no client sends', () => {
  it('such as a GET with a body go on without it', async () => {
    const world = new World()
    class WithBody extends Request {
      override get method() {
        return 'GET'
      }
    }
    const request = new WithBody(`http://${world.host}/tap/sync`, { method: 'POST', body: 'GET /internal/maps' })
    expect((await world.fetch(request, { waitUntil: () => undefined })).status).toBe(404)
    expect(world.asked.map(({ path, body }) => [path, body])).toEqual([['/tap/sync', '']])
  })
})

describe('tokens that are none', async () => {
  const issuer = await testIssuer()
  const withKeys = () => new World().put('/.well-known/jwks.json', issuer.jwks).put(DEEP, 'secret')
  const statusOf = async (world: World, token: string) =>
    (await world.get(DEEP, { headers: { authorization: `Bearer ${token}` } })).status
  const b64 = (value: object) =>
    btoa(JSON.stringify(value)).replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_')

  it('open nothing: unsigned, signed by another, by the public key, for others, too early, too late', async () => {
    const world = withKeys()
    const good = await issuer.token(world)
    expect(await statusOf(world, good)).toBe(200)
    const [header, payload, signature] = good.split('.')
    const other = await testIssuer()
    const key = JSON.parse(issuer.jwks).keys[0]
    const hmac = await new SignJWT({ sub: 'ada', data_rights: 'dr1', scope: 'read:image' })
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .setIssuer('https://skyedge.example')
      .setAudience('skyedge')
      .setExpirationTime(Math.floor(world.nowMs / 1000) + 60)
      .sign(new TextEncoder().encode(JSON.stringify(key)))
    const own = await generateKeyPair('ES256', { extractable: true })
    const bad = {
      unsigned: `${b64({ alg: 'none' })}.${payload}.x`,
      swapped: `${header}.${b64({ ...JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))), sub: 'root' })}.${signature}`,
      'of another key': await other.token(world),
      'by the public key': hmac,
      'with its own key': await issuer.token(world, {}, { jwk: own.publicKey }).catch(() => 'a.b.c'),
      expired: await issuer.token(world, { ttlS: -1 }),
      early: await issuer.token(world, { nbf: Math.floor(world.nowMs / 1000) + 60 }),
      'for others': await issuer.token(world, { aud: 'elsewhere' }),
      'from others': await issuer.token(world, { iss: 'https://evil.example' }),
      'of nobody': await issuer.token(world, { sub: '' }),
      'no token': 'letmein',
      huge: `${'a'.repeat(9000)}.b.c`,
    }
    for (const [name, token] of Object.entries(bad)) {
      if (name === 'with its own key') continue
      expect([name, await statusOf(world, token)]).toEqual([name, 401])
    }
  })

  it('stop working the moment they expire, also when they were verified before', async () => {
    const world = withKeys()
    const token = await issuer.token(world, { ttlS: 10 })
    expect(await statusOf(world, token)).toBe(200)
    world.nowMs += 9_000
    expect(await statusOf(world, token)).toBe(200)
    world.nowMs += 1_000
    expect(await statusOf(world, token)).toBe(401)
  })

  it('cap how long the answer lives', async () => {
    const world = withKeys()
    const headers = { authorization: `Bearer ${await issuer.token(world, { ttlS: 30 })}` }
    const control = (await world.get(DEEP, { headers })).headers.get('cache-control')
    expect(Number(/max-age=(\d+)/.exec(control ?? '')?.[1])).toBeLessThanOrEqual(30)
  })

  it('in an old cookie do not close what is open; in a header they are an error', async () => {
    const world = withKeys().put(TILE, 'x')
    const old = await issuer.token(world, { ttlS: -1 })
    expect((await world.get(TILE, { headers: { cookie: `skyedge_session=${old}` } })).status).toBe(200)
    const answer = await world.get(TILE, { headers: { authorization: `Bearer ${old}` } })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toContain('invalid_token')
    expect(await answer.text()).not.toContain(old)
  })

  it('with unknown key ids do not make the edge ask for keys again and again', async () => {
    const world = withKeys()
    for (let i = 0; i < 20; i++) await statusOf(world, await issuer.token(world, {}, { kid: `k${i + 2}` }))
    expect(world.hits('/.well-known/jwks.json')).toBeLessThanOrEqual(2)
  })

  it('of a key that was added later work at once', async () => {
    const world = withKeys()
    await statusOf(world, await issuer.token(world))
    const later = await testIssuer('EdDSA', 'k9')
    world.put('/.well-known/jwks.json', later.jwks)
    expect(await statusOf(world, await later.token(world))).toBe(200)
  })
})

describe('rights that cannot be read', () => {
  it('are not read as public', async () => {
    for (const rights of [
      undefined,
      null,
      {},
      { access: 'everyone', release: 'dr1' },
      { access: 'public', release: 'dr1', embargoUntilMs: 'x' },
    ]) {
      const world = new World().put(TILE, 'x')
      world.maps = [{ ...world.maps[1], map: `odd${world.id}`, rights }]
      const answer = await world.get(`/hips/full/odd${world.id}/Norder3/Dir0/Npix105.png`)
      expect(answer.status).not.toBe(200)
    }
  })
})
