import { describe, expect, it } from 'vitest'
import { testIssuer } from './support/tokens.ts'
import { type Asked, bytesOf, World } from './support/world.ts'

const OPEN = 'ivo://skyedge.example/dr1?demo.coadd-1'
const LOCKED = 'ivo://skyedge.example/dr1?demo.level3-1'
const id = (did: string) => `ID=${encodeURIComponent(did)}`

function withProducts(): World {
  const world = new World()
  const product = (access: string) =>
    JSON.stringify({ generation: world.id, rights: { access, release: 'dr1', groups: ['demo-team'] } })
  world.put(`/internal/product?id=${encodeURIComponent(OPEN)}`, product('public'))
  world.put(`/internal/product?id=${encodeURIComponent(LOCKED)}`, product('level3'))
  const headers = { 'content-type': 'application/fits', 'content-disposition': 'attachment; filename="c.fits"' }
  world.put('/soda/sync', bytesOf(28_800), headers)
  return world
}
const cutouts = (world: World): Asked[] => world.asked.filter(({ path }) => path.startsWith('/soda/sync'))

describe('a cutout', () => {
  it('has one key however it is asked for', async () => {
    const world = withProducts()
    const spellings = [
      `${id(OPEN)}&CIRCLE=10+20+0.1`,
      `CIRCLE=10.0%2020.00%201e-1&id=${encodeURIComponent(OPEN)}`,
      `${id(OPEN)}&POS=CIRCLE+10+20+0.1&RUNID=mine`,
      `${id(OPEN)}&circle=10+20+0.1&responseformat=fits`,
    ]
    for (const query of spellings) {
      const answer = await world.get(`/soda/sync?${query}`)
      expect([query, answer.status]).toEqual([query, 200])
      expect(answer.headers.get('content-disposition')).toBe('attachment; filename="c.fits"')
      expect((await answer.arrayBuffer()).byteLength).toBe(28_800)
    }
    const body = new URLSearchParams(spellings[0])
    expect((await world.get('/soda/sync', { method: 'POST', body })).headers.get('cache-status')).toBe('isolate; hit')
    expect(cutouts(world)).toHaveLength(1)
    expect(world.hits(`/internal/product?id=${encodeURIComponent(OPEN)}`)).toBe(1)
  })

  it('is decided before it is looked up: 401 for strangers, 403 for others, in the words of SODA', async () => {
    const issuer = await testIssuer()
    const world = withProducts().put('/.well-known/jwks.json', issuer.jwks)
    const path = `/soda/sync?${id(LOCKED)}&CIRCLE=10+20+0.1`
    const as = async (claims: object) => ({ headers: { authorization: `Bearer ${await issuer.token(world, claims)}` } })
    expect((await world.get(path, await as({ groups: ['demo-team'] }))).status).toBe(200)
    const stranger = await world.get(path)
    expect(stranger.status).toBe(401)
    expect(stranger.headers.get('content-type')).toMatch(/^text\/plain/)
    expect(await stranger.text()).toMatch(/^AuthenticationError: /)
    const other = await world.get(path, await as({ sub: 'eve' }))
    expect([other.status, (await other.text()).slice(0, 20)]).toEqual([403, 'AuthorizationError: '])
    expect(cutouts(world)).toHaveLength(1)
  })

  it('is refused with the fault that the standard names, and the origin hears nothing of it', async () => {
    const world = withProducts()
    for (const [query, status, text] of [
      ['', 400, 'UsageError'],
      [`${id(OPEN)}&CIRCLE=10+20`, 400, 'UsageError'],
      [`${id(OPEN)}&CIRCLE=10+20+NaN`, 400, 'UsageError'],
      [`${id(OPEN)}&CIRCLE=10+20+-1`, 400, 'UsageError'],
      [`${id(OPEN)}&CIRCLE=1+2+3&CIRCLE=4+5+6`, 400, 'MultiValuedParamNotSupported'],
      [`${id(OPEN)}&NOTHING=1`, 400, 'UsageError'],
      [`${id('ivo://skyedge.example/dr1?none')}`, 404, 'UsageError'],
    ] as const) {
      const answer = await world.get(`/soda/sync?${query}`)
      expect([query, answer.status]).toEqual([query, status])
      expect(await answer.text()).toMatch(new RegExp(`^${text}: `))
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    }
    expect(cutouts(world)).toHaveLength(0)
  })

  it('of many vertices goes to the origin as a form', async () => {
    const world = withProducts()
    const vertices = Array.from({ length: 400 }, (_, i) => {
      const angle = (i / 400) * 2 * Math.PI
      return `${(10 + Math.cos(angle)).toFixed(6)} ${(20 + Math.sin(angle)).toFixed(6)}`
    })
    const body = new URLSearchParams({ ID: OPEN, POLYGON: vertices.join(' ') })
    expect((await world.get('/soda/sync', { method: 'POST', body })).status).toBe(200)
    expect(cutouts(world)[0]).toMatchObject({ method: 'POST', path: '/soda/sync' })
    expect(cutouts(world)[0].body).toContain('POLYGON=')
  })

  it('too large to be kept passes through, and each gets their own', async () => {
    const world = withProducts()
    const big = bytesOf(3_000_000)
    world.put('/soda/sync', big, { 'cache-control': 'no-store' })
    const [one, two] = await Promise.all([1, 2].map(() => world.get(`/soda/sync?${id(OPEN)}`)))
    for (const answer of [one, two]) {
      expect(answer.headers.get('content-length')).toBe('3000000')
      expect(new Uint8Array(await answer.arrayBuffer())).toEqual(big)
    }
    const part = await world.get(`/soda/sync?${id(OPEN)}`, { headers: { range: 'bytes=2999990-' } })
    expect(part.status).toBe(206)
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(big.slice(2_999_990))
  })

  it('says ServiceUnavailable when the origin is away', async () => {
    const world = withProducts()
    world.away = true
    const answer = await world.get(`/soda/sync?${id(OPEN)}`)
    expect([answer.status, (await answer.text()).slice(0, 20)]).toEqual([503, 'ServiceUnavailable: '])
    expect(answer.headers.get('retry-after')).not.toBeNull()
  })

  it("says in the origin's words what of one product cannot be read", async () => {
    const world = withProducts()
    world.put('/soda/sync', 'ServiceUnavailable: its file is gone\n', { 'content-type': 'text/plain' }, 503)
    const answer = await world.get(`/soda/sync?${id(OPEN)}`)
    expect([answer.status, await answer.text()]).toEqual([503, 'ServiceUnavailable: its file is gone\n'])
  })

  it('in a form longer than the origin takes is refused by the edge', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    for (const length of [100_000, 300_000]) {
      const world = withProducts()
      const body = `ID=${'x'.repeat(length)}`
      expect((await world.get('/soda/sync', { method: 'POST', body, headers })).status).toBe(413)
      expect(world.asked).toEqual([])
    }
  })
})
