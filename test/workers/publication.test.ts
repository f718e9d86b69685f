import { describe, expect, it } from 'vitest'
import { testIssuer } from './support/tokens.ts'
import { World } from './support/world.ts'

const OPEN = { 'cache-control': 'public, max-age=60', etag: '"moc"' }
const MOC = '/moc?RESPONSEFORMAT=fits&union=map%3Ademo%2Fdr1%2Fr'

describe('a coverage map at the edge', () => {
  it('is one copy however it is asked for', async () => {
    const world = new World().put('/moc', 'cells', { ...OPEN, 'content-type': 'application/fits' })
    const spellings = [
      '/moc/map/demo/dr1/r.fits',
      '/moc/map/demo/dr1/r',
      '/moc/map/demo/dr1/r?RESPONSEFORMAT=application/fits',
      '/moc?union=map:demo/dr1/r',
      '/moc?UNION=map:demo/dr1/r,map:demo/dr1/r',
    ]
    for (const path of spellings) {
      const answer = await world.get(path, { headers: { accept: path === spellings[1] ? 'application/fits' : '*/*' } })
      expect([answer.status, await answer.text()], path).toEqual([200, 'cells'])
    }
    expect(world.asked.map(({ path }) => path).filter((path) => path.startsWith('/moc'))).toEqual([MOC])
  })

  it('is another one in another form, order or company', async () => {
    const world = new World().put('/moc', 'cells', OPEN)
    for (const path of ['/moc/band/r', '/moc/band/r?order=5', '/moc/band/r.json', '/moc/band/r?intersect=band:g'])
      await (await world.get(path)).text()
    await (await world.get('/moc/band/r', { headers: { accept: 'text/plain' } })).text()
    expect(new Set(world.asked.map(({ path }) => path)).size).toBe(5)
  })

  it('is asked for anew by who signed in, and kept for nobody else', async () => {
    const issuer = await testIssuer()
    const world = new World().put('/.well-known/jwks.json', issuer.jwks).put('/moc', 'cells', OPEN)
    await (await world.get('/moc/band/r')).text()
    const headers = { authorization: `Bearer ${await issuer.token(world)}` }
    for (let i = 0; i < 2; i++) expect((await world.get('/moc/band/r', { headers })).status).toBe(200)
    expect(world.asked.filter(({ path }) => path.startsWith('/moc'))).toHaveLength(3)
  })

  it('that is malformed is the origin’s to refuse, and no copy of anything', async () => {
    const world = new World()
    for (const path of ['/moc/band/r?order=x', '/moc?union=r', '/moc?callback=x', '/moc/band/%ff'])
      world.put(path.split('?')[0], 'no', { 'content-type': 'application/problem+json' }, 400)
    for (let i = 0; i < 2; i++)
      for (const path of ['/moc/band/r?order=x', '/moc?union=r', '/moc?callback=x'])
        expect((await world.get(path)).status, path).toBe(400)
    expect(world.asked).toHaveLength(6)
  })
})

describe('the registry at the edge', () => {
  it('keeps answers for a minute, whatever the order of the arguments', async () => {
    const world = new World().put('/registry', '<OAI-PMH/>', { ...OPEN, 'content-type': 'text/xml' })
    const query = ['verb=ListRecords', 'metadataPrefix=ivo_vor', 'from=2027-01-01']
    for (const spelled of [query, query.toReversed()]) {
      const answer = await world.get(`/registry?${spelled.join('&')}`)
      expect([await answer.text(), answer.headers.get('content-type')]).toEqual(['<OAI-PMH/>', 'text/xml'])
    }
    expect(world.asked).toHaveLength(1)
    world.nowMs += 61_000
    await (await world.get(`/registry?${query.join('&')}`)).text()
    expect(world.asked).toHaveLength(2)
  })

  it('passes on what is wrong as it came: repeated and unknown arguments, and every POST', async () => {
    const world = new World().put('/registry', '<OAI-PMH/>', OPEN)
    const wrong = ['verb=Identify&verb=Identify', 'verb=Identify&colour=red']
    for (const query of wrong) await (await world.get(`/registry?${query}`)).text()
    const answer = await world.get('/registry', { method: 'POST', body: 'verb=Identify' })
    expect(answer.status).toBe(200)
    expect(world.asked.map(({ path, body }) => path + body)).toEqual([
      ...wrong.map((query) => `/registry?${query}`),
      '/registryverb=Identify',
    ])
  })
})

describe('the list of maps at the edge', () => {
  it('is kept for everybody, and made for each who signed in', async () => {
    const issuer = await testIssuer()
    const world = new World().put('/.well-known/jwks.json', issuer.jwks)
    for (const path of ['/hipslist', '/hipslist/all']) world.put(path, path, OPEN)
    const headers = { authorization: `Bearer ${await issuer.token(world)}` }
    for (let i = 0; i < 2; i++)
      for (const path of ['/hipslist', '/hipslist/all']) {
        expect(await (await world.get(path)).text()).toBe(path)
        await (await world.get(path, { headers })).text()
      }
    expect([world.hits('/hipslist'), world.hits('/hipslist/all')]).toEqual([3, 1])
  })
})
