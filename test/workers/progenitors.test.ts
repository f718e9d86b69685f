import { describe, expect, it } from 'vitest'
import { testIssuer } from './support/tokens.ts'
import { World } from './support/world.ts'

const CELL = 'HpxFinder/Norder3/Dir0/Npix105'
const PUBLIC = `/hips/public/open/${CELL}`
const FULL = `/hips/full/open/${CELL}`

describe('the progenitors of a map', () => {
  it('are kept by the generation, one copy for each endpoint', async () => {
    const world = new World().put(PUBLIC, '{ "name": "a" }\n').put(FULL, '{ "name": "b" }\n')
    for (let i = 0; i < 2; i++) {
      expect(await (await world.get(PUBLIC)).text()).toBe('{ "name": "a" }\n')
      expect(await (await world.get(FULL)).text()).toBe('{ "name": "b" }\n')
    }
    expect([world.hits(PUBLIC), world.hits(FULL)]).toEqual([1, 1])
    world.generation = `${world.id}-2`
    world.put(PUBLIC, 'next')
    world.nowMs += 4_000
    expect(await (await world.get(PUBLIC)).text()).toBe('next')
  })

  it('are asked for again after a while: rights change without a new generation', async () => {
    const world = new World().put(PUBLIC, 'before')
    await (await world.get(PUBLIC)).text()
    world.put(PUBLIC, 'after', { etag: '"after"' })
    world.nowMs += 301_000
    await (await world.get(PUBLIC)).text()
    await world.settle()
    expect(await (await world.get(PUBLIC)).text()).toBe('after')
  })

  it('are one copy for each name of the edge, whose address is in them', async () => {
    const world = new World().put(PUBLIC, 'of one')
    expect(await (await world.get(PUBLIC)).text()).toBe('of one')
    const other = new World().put(PUBLIC, 'of another')
    other.generation = world.generation
    expect(await (await other.get(PUBLIC)).text()).toBe('of another')
  })

  it.each(['properties', 'metadata.xml', 'Moc.fits', 'Norder3/Allsky'])('are described by %s', async (name) => {
    const path = `/hips/public/open/HpxFinder/${name}`
    const world = new World().put(path, name)
    expect(await (await world.get(path)).text()).toBe(name)
  })

  it('are a 404 from the manifest where they cannot be', async () => {
    const world = new World()
    for (const file of [
      'HpxFinder',
      'HpxFinder/',
      'HpxFinder/Norder4/Dir0/Npix420',
      'HpxFinder/Norder3/Dir0/Npix99',
      'HpxFinder/Norder3/Dir0/Npix105.png',
      'HpxFinder/Norder3/Dir0/Npix105/x.css',
      'HpxFinder/Norder3/Dir0/Npix105;.css',
      'HpxFinder/Norder2/Allsky',
      'HpxFinder/index.html',
      'HpxFinder/HpxFinder/properties',
    ])
      expect([file, (await world.get(`/hips/public/open/${file}`)).status]).toEqual([file, 404])
    expect(world.asked.map(({ path }) => path)).toEqual(['/internal/maps'])
  })

  it('of the full endpoint are for those who may see the map', async () => {
    const path = `/hips/full/demo/dr1/r/${CELL}`
    const world = new World().put(path, 'secret')
    const issuer = await testIssuer()
    world.put('/.well-known/jwks.json', issuer.jwks)
    const headers = { authorization: `Bearer ${await issuer.token(world)}` }
    const seen = await world.get(path, { headers })
    expect([seen.status, await seen.text()]).toEqual([200, 'secret'])
    expect(seen.headers.get('cache-control')).toMatch(/^private/)
    expect((await world.get(path)).status).toBe(401)
  })
})
