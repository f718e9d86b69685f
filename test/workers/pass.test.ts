import { describe, expect, it } from 'vitest'
import { testIssuer } from './support/tokens.ts'
import { bytesOf, World } from './support/world.ts'

describe('documents', () => {
  it('are kept for as long as the origin says, then shown while they are confirmed by their ETag', async () => {
    const world = new World().put('/site/app.js', 'let a', { 'cache-control': 'public, max-age=60', etag: '"1"' })
    expect(await (await world.get('/site/app.js?v=3')).text()).toBe('let a')
    world.nowMs += 20_000
    expect((await world.get('/site/app.js')).headers.get('cache-status')).toBe('isolate; hit; ttl=40')
    world.nowMs += 41_000
    const aging = await Promise.all(Array.from({ length: 10 }, () => world.get('/site/app.js')))
    for (const shown of aging) {
      expect(shown.headers.get('cache-status')).toBe('isolate; hit; ttl=-1; detail=stale-while-revalidate')
      expect(shown.headers.get('cache-control')).toBe('public, max-age=60')
      expect(await shown.text()).toBe('let a')
    }
    await world.settle()
    expect((await world.get('/site/app.js')).headers.get('cache-status')).toBe('isolate; hit; ttl=60')
    expect(world.hits('/site/app.js')).toBe(2)
  })

  it('that are old are waited for, and confirmed', async () => {
    const world = new World().put('/site/app.js', 'let a', { 'cache-control': 'public, max-age=60', etag: '"1"' })
    await (await world.get('/site/app.js')).text()
    world.nowMs += 3600_000
    const confirmed = await world.get('/site/app.js')
    expect(confirmed.headers.get('cache-status')).toBe('isolate; fwd=stale; fwd-status=304')
    expect(await confirmed.text()).toBe('let a')
  })

  it('that changed are shown old once, then new', async () => {
    const world = new World().put('/site/app.js', 'let a', { etag: '"1"' })
    await (await world.get('/site/app.js')).text()
    world.put('/site/app.js', 'let b', { etag: '"2"' })
    world.nowMs += 31_000
    expect(await (await world.get('/site/app.js')).text()).toBe('let a')
    await world.settle()
    expect(await (await world.get('/site/app.js')).text()).toBe('let b')
  })

  it('that must be asked for each time are', async () => {
    const world = new World().put('/site/app.js', 'let a', { 'cache-control': 'no-cache', etag: '"1"' })
    await (await world.get('/site/app.js')).text()
    world.nowMs += 1
    world.put('/site/app.js', 'let b', { 'cache-control': 'no-cache', etag: '"2"' })
    expect(await (await world.get('/site/app.js')).text()).toBe('let b')
  })

  it('that the origin wants kept by nobody are not', async () => {
    const world = new World().put('/', 'page', { 'cache-control': 'no-store' })
    await (await world.get('/')).text()
    await (await world.get('/')).text()
    expect(world.hits('/')).toBe(2)
  })

  it('carry the page policy that the origin gave', async () => {
    const world = new World().put('/', '<html>', {
      'content-security-policy': "default-src 'self'",
      'content-type': 'text/html',
    })
    for (let i = 0; i < 2; i++)
      expect((await world.get('/')).headers.get('content-security-policy')).toBe("default-src 'self'")
  })

  it('of a large size stream through the data centre cache and can be stale', async () => {
    const world = new World().put('/site/aladin/aladin.js', bytesOf(2_300_000), { 'content-type': 'text/javascript' })
    expect((await (await world.get('/site/aladin/aladin.js')).arrayBuffer()).byteLength).toBe(2_300_000)
    world.nowMs += 60_000
    expect((await (await world.get('/site/aladin/aladin.js')).arrayBuffer()).byteLength).toBe(2_300_000)
    world.away = true
    world.nowMs += 3600_000
    const stale = await world.get('/site/aladin/aladin.js')
    expect(stale.headers.get('cache-status')).toMatch(/^colo; hit; ttl=-\d+; detail=origin-away/)
    expect((await stale.arrayBuffer()).byteLength).toBe(2_300_000)
  })

  it('with parameters have one key whatever their order', async () => {
    const world = new World().put('/footprints?band=r&collection=demo.calexp', '{}')
    expect((await world.get('/footprints?collection=demo.calexp&band=r')).status).toBe(200)
    expect((await world.get('/footprints?band=r&collection=demo.calexp')).headers.get('cache-status')).toContain('hit')
  })
})

describe('services that answer for this moment', () => {
  it('are asked every time, with who asks, and nothing is kept', async () => {
    const issuer = await testIssuer()
    const world = new World().put('/.well-known/jwks.json', issuer.jwks)
    world.put('/tap/sync', '<VOTABLE/>', { 'content-type': 'application/x-votable+xml' })
    const headers = {
      authorization: `Bearer ${await issuer.token(world)}`,
      'content-type': 'application/x-www-form-urlencoded',
    }
    for (let i = 0; i < 2; i++) {
      const answer = await world.get('/tap/sync', { method: 'POST', body: 'QUERY=SELECT+1', headers })
      expect(answer.status).toBe(200)
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(answer.headers.get('content-type')).toBe('application/x-votable+xml')
    }
    const asked = world.asked.filter(({ path }) => path === '/tap/sync')
    expect(asked.map(({ body }) => body)).toEqual(['QUERY=SELECT+1', 'QUERY=SELECT+1'])
    expect(asked[0].headers.get('authorization')).toBeNull()
    expect(asked[0].headers.get('x-skyedge-principal')).not.toBeNull()
  })

  it('redirect to this edge, not to the origin', async () => {
    const world = new World()
    world.routes.set(
      '/tap/async',
      () => new Response(null, { status: 303, headers: { location: 'http://origin.test/tap/async/1' } }),
    )
    const answer = await world.get('/tap/async', { method: 'POST', body: '' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `http://${world.host}/tap/async/1`])
  })
})

describe('a POST or DELETE with a cookie alone', () => {
  const send = async (headers: Record<string, string>, corsOrigins?: ReadonlySet<string>, method = 'POST') => {
    const world = new World({ corsOrigins }).put('/tap/async/0123', '')
    const cookie = 'skyedge_session=x'
    const answer = await world.get('/tap/async/0123', { method, headers: { cookie, ...headers } })
    return [answer.status, world.hits('/tap/async/0123')]
  }
  it('from a page of another site goes no further', async () => {
    expect(await send({ origin: 'https://evil.example' })).toEqual([403, 0])
    expect(await send({ origin: 'null' })).toEqual([403, 0])
    expect(await send({ 'sec-fetch-site': 'cross-site' })).toEqual([403, 0])
    expect(await send({ origin: 'https://evil.example' }, undefined, 'DELETE')).toEqual([403, 0])
  })
  it('from our own pages, those that the operator named, and programs does', async () => {
    const page = 'https://page.example'
    expect(await send({ origin: page }, new Set([page]))).toEqual([200, 1])
    expect(await send({})).toEqual([200, 1])
    expect(await send({ 'sec-fetch-site': 'same-origin' })).toEqual([200, 1])
  })
})

describe('a body', () => {
  it('that says it has 10 GB is refused before any of it is read', async () => {
    const world = new World().put('/tap/sync', '')
    const answer = await world.get('/tap/sync', {
      method: 'POST',
      body: 'x',
      headers: { 'content-length': '10000000000' },
    })
    expect([answer.status, world.hits('/tap/sync')]).toEqual([413, 0])
  })
  it('of a query that took too long is the service’s own', async () => {
    const world = new World()
    const headers = { 'content-type': 'application/x-votable+xml' }
    world.routes.set('/tap/sync', () => new Response('<VOTABLE/>', { status: 504, headers }))
    const answer = await world.get('/tap/sync')
    expect([answer.status, await answer.text()]).toEqual([504, '<VOTABLE/>'])
  })
})

describe('methods', () => {
  const JOB = '/tap/async/0123456789abcdef'
  it.each([
    ['/tap/sync', 'GET, HEAD, POST, OPTIONS'],
    ['/datalink/links', 'GET, HEAD, POST, OPTIONS'],
    ['/tap/async', 'GET, HEAD, POST, OPTIONS'],
    [JOB, 'GET, HEAD, POST, DELETE, OPTIONS'],
    [`${JOB}/phase`, 'GET, HEAD, POST, OPTIONS'],
    [`${JOB}/error`, 'GET, HEAD, OPTIONS'],
    ['/tap/tables', 'GET, HEAD, OPTIONS'],
  ])('of %s are those that mean something there', async (path, methods) => {
    const world = new World().put(path, '')
    expect((await world.get(path, { method: 'OPTIONS' })).headers.get('allow')).toBe(methods)
    if (methods.includes('DELETE')) return
    const answer = await world.get(path, { method: 'DELETE' })
    expect([answer.status, answer.headers.get('allow'), world.hits(path)]).toEqual([405, methods, 0])
  })
})

describe('a browser', () => {
  it('is told before it asks, for a day', async () => {
    const headers = {
      origin: 'https://page.example',
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization',
    }
    const world = new World({ corsOrigins: new Set(['https://page.example']) })
    const answer = await world.get('/hips/full/demo/dr1/r/properties', { method: 'OPTIONS', headers })
    expect(answer.status).toBe(204)
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://page.example')
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true')
    expect(answer.headers.get('access-control-max-age')).toBe('86400')
    expect(answer.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('authorization')
    expect(answer.headers.get('vary')).toContain('Origin')
  })

  it('with a cookie gets its own origin back, where the operator named it', async () => {
    const issuer = await testIssuer()
    const path = '/hips/full/demo/dr1/r/properties'
    const world = new World({ corsOrigins: new Set(['https://page.example']) })
      .put('/.well-known/jwks.json', issuer.jwks)
      .put(path, 'x')
    const cookie = `skyedge_session=${await issuer.token(world)}`
    const answer = await world.get(path, { headers: { origin: 'https://page.example', cookie } })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://page.example')
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true')
    expect(answer.headers.get('vary')).toMatch(/Origin/)
    const fenced = new World({ corsOrigins: new Set(['https://ours.example']) })
      .put('/.well-known/jwks.json', issuer.jwks)
      .put(path, 'x')
    const refused = await fenced.get(path, { headers: { origin: 'https://page.example', cookie } })
    expect(refused.headers.get('access-control-allow-credentials')).toBeNull()
  })

  it('is not shown a dialogue for a failed fetch', async () => {
    const script = await new World().get('/hips/full/demo/dr1/r/properties', { headers: { 'sec-fetch-mode': 'cors' } })
    expect(script.headers.get('www-authenticate')).toBe('Bearer realm="skyedge"')
  })
})

describe('the edge itself', () => {
  it('is alive without its origin, and repeats the request id it was sent', async () => {
    const world = new World()
    world.away = true
    const answer = await world.get('/healthz', { headers: { 'x-request-id': 'abc-1' } })
    expect(await answer.json()).toMatchObject({ status: 'ok', region: 'test' })
    expect(answer.headers.get('x-request-id')).toBe('abc-1')
    const odd = await world.get('/nothing', { headers: { 'x-request-id': 'a b<script>' } })
    expect(odd.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/)
  })
})

describe('the job list', () => {
  const ID = '0123456789abcdef0123456789abcdef'

  it('is asked for with the ids that the client carries, and no other cookie', async () => {
    const world = new World().put('/tap/async', '<jobs/>', { 'content-type': 'text/xml' })
    await world.get('/tap/async', { headers: { cookie: `theme=dark; skyedge_jobs=${ID}.evil; other=1` } })
    expect(world.asked.find(({ path }) => path === '/tap/async')?.headers.get('cookie')).toBe(`skyedge_jobs=${ID}`)
  })

  it('passes its cookie on, and no other that the origin might set', async () => {
    const cookie = `skyedge_jobs=${ID}; Path=/tap/async; HttpOnly; SameSite=Lax`
    const world = new World()
      .put('/tap/async', '', { 'set-cookie': cookie })
      .put('/tap/sync', '', { 'set-cookie': cookie })
      .put('/soda/async', '', { 'set-cookie': 'session=1' })
    expect((await world.get('/tap/async')).headers.get('set-cookie')).toBe(cookie)
    expect((await world.get('/tap/sync')).headers.get('set-cookie')).toBeNull()
    expect((await world.get('/soda/async')).headers.get('set-cookie')).toBeNull()
  })
})
