// The origin as its clients meet it: a real server, a real catalogue, files written for the test.

import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readWindow } from '#src/fits'
import type { ProductRights } from '#src/rights'
import { memorySource } from '#src/storage'
import { CENTRE, HEIGHT, maskedImage, pixelAt, SCALE_DEG, WIDTH } from '../support/fits-image.ts'
import { hdusOf, maskedPlanes, putProduct, startTestOrigin, type TestOrigin } from '../support/origin.ts'

const DAY = 86_400_000
let origin: TestOrigin
let whole: Uint8Array
const dids: Record<string, string> = {}

const RIGHTS: Record<string, (now: number) => ProductRights> = {
  open: () => ({ access: 'public', release: 'dr1' }),
  proprietary: () => ({ access: 'proprietary', release: 'dr1' }),
  embargoed: (now) => ({ access: 'public', release: 'dr1', embargoUntilMs: now + DAY }),
  level3: () => ({ access: 'level3', release: 'dr1', owner: 'eve', groups: ['demo-team'] }),
}

beforeAll(async () => {
  origin = await startTestOrigin()
  whole = maskedImage()
  const planes = await maskedPlanes(origin)
  for (const [name, rights] of Object.entries(RIGHTS))
    dids[name] = await putProduct(origin.catalog, { productId: name, planes, rights: rights(origin.now) })
})
afterAll(() => origin?.end())

const get = (path: string, init?: RequestInit) => fetch(origin.url + path, init)
const soda = (parameters: Record<string, string>, init?: RequestInit) =>
  get(`/soda/sync?${new URLSearchParams(parameters)}`, init)
const bearer = async (request: Parameters<TestOrigin['token']>[0]) => ({
  headers: { authorization: `Bearer ${await origin.token(request)}` },
})
const bytesOf = async (answer: Response) => new Uint8Array(await answer.arrayBuffer())
/** A circle of n pixels about the reference pixel (32, 24). */
const circle = (pixels: number) => `${CENTRE.raDeg} ${CENTRE.decDeg} ${pixels * SCALE_DEG}`

describe('collections', () => {
  it('count what the caller may see, and name no others', async () => {
    const planes = [{ role: 'image' as const, path: join(origin.config.dataFolder, 'masked.fits'), hdu: 1 }]
    const level3 = { collection: 'secret.plans', productId: 'plan', planes, rights: RIGHTS.level3(origin.now) }
    await putProduct(origin.catalog, level3)
    const seen = async (init?: RequestInit) =>
      ((await (await get('/collections', init)).json()) as { collections: unknown }).collections
    const some = { release: 'dr1', bands: ['r'] }
    expect(await seen()).toEqual([{ ...some, collection: 'test', products: 1 }])
    expect(await seen(await bearer({ user: 'ann', dataRights: ['dr1'] }))).toEqual([
      { ...some, collection: 'test', products: 2 },
    ])
    expect(await seen(await bearer({ user: 'bob', groups: ['demo-team'] }))).toEqual([
      { ...some, collection: 'secret.plans', products: 1 },
      { ...some, collection: 'test', products: 2 },
    ])
    await origin.catalog.change({ remove: ['ivo://skyedge.example/dr1?plan'] })
  })
})

describe('a cutout', () => {
  it('holds every plane, names and cards kept, pixels and coordinates right', async () => {
    const answer = await soda({ ID: dids.open, CIRCLE: circle(5.2) })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/fits')
    const bytes = await bytesOf(answer)
    expect(Number(answer.headers.get('content-length'))).toBe(bytes.length)
    const hdus = await hdusOf(bytes)
    expect(hdus.map(({ name, kind }) => `${kind} ${name}`.trim())).toEqual([
      'empty',
      'image IMAGE',
      'image MASK',
      'image VARIANCE',
    ])
    expect(hdus[0].header.get('OBSERVER')).toBe('nobody')
    expect(hdus[0].header.get('SODAID')).toBe(dids.open)
    expect(hdus[1].image).toMatchObject({ bitpix: -32, axes: [11, 11] })
    expect(hdus[1].header.get('BUNIT')).toBe('nJy')
    expect(hdus[2].header.get('MP_SAT')).toBe(1)
    // The reference pixel is (33, 25) counted from 1; the cut starts at (27, 19) counted from 0.
    expect([hdus[1].header.get('CRPIX1'), hdus[1].header.get('CRPIX2')]).toEqual([6, 6])
    expect(hdus[1].header.get('SODASEC')).toBe('[28:38,20:30]')
    const all = { x0: 0, y0: 0, x1: 11, y1: 11 }
    const { data } = await readWindow(memorySource('a', bytes), hdus[1], all)
    for (let y = 0; y < 11; y++) for (let x = 0; x < 11; x++) expect(data[y * 11 + x]).toBe(pixelAt(x + 27, y + 19))
    const mask = await readWindow(memorySource('a', bytes), hdus[2], all)
    expect(mask.data[0]).toBe(1 + 2)
  })

  it('is the same by POS, by POST as a form, and by a multipart form', async () => {
    const expected = await bytesOf(await soda({ ID: dids.open, CIRCLE: circle(3) }))
    const pos = await bytesOf(await soda({ id: dids.open, pos: `CIRCLE ${circle(3)}` }))
    expect(pos).toEqual(expected)
    const body = new URLSearchParams({ ID: dids.open, CIRCLE: circle(3) })
    expect(await bytesOf(await get('/soda/sync', { method: 'POST', body }))).toEqual(expected)
    const form = new FormData()
    for (const [name, value] of body) form.set(name, value)
    expect(await bytesOf(await get('/soda/sync', { method: 'POST', body: form }))).toEqual(expected)
    const mixed = await get(`/soda/sync?${new URLSearchParams({ ID: dids.open })}`, {
      method: 'POST',
      body: new URLSearchParams({ CIRCLE: circle(3) }),
    })
    expect(await bytesOf(mixed)).toEqual(expected)
  })

  it('of the whole sky is the whole image; without a region it is the file itself', async () => {
    const all = await hdusOf(await bytesOf(await soda({ ID: dids.open, CIRCLE: '10 10 180' })))
    expect(all[1].image?.axes).toEqual([WIDTH, HEIGHT])
    expect(await bytesOf(await soda({ ID: dids.open }))).toEqual(whole)
  })

  it('without a pixel is 204 and no body', async () => {
    const answer = await soda({ ID: dids.open, CIRCLE: '10 10 0.1' })
    expect(answer.status).toBe(204)
    expect(await answer.text()).toBe('')
  })

  it('as PNG is a picture of the window', async () => {
    const answer = await soda({ ID: dids.open, CIRCLE: circle(10), RESPONSEFORMAT: 'image/png' })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png'])
    const bytes = await bytesOf(answer)
    expect([...bytes.subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47])
    const view = new DataView(bytes.buffer)
    expect([view.getUint32(16), view.getUint32(20)]).toEqual([21, 21])
  })

  it('comes in parts, and the parts are the whole', async () => {
    const query = { ID: dids.open, CIRCLE: circle(9) }
    const full = await bytesOf(await soda(query))
    const etag = (await soda(query, { method: 'HEAD' })).headers.get('etag')!
    const joined: number[] = []
    for (let at = 0; at < full.length; at += 3001) {
      const range = `bytes=${at}-${at + 3000}`
      const part = await soda(query, { headers: { range, 'if-range': etag } })
      expect(part.status).toBe(206)
      expect(part.headers.get('content-range')).toBe(
        `bytes ${at}-${Math.min(full.length, at + 3001) - 1}/${full.length}`,
      )
      joined.push(...(await bytesOf(part)))
    }
    expect(new Uint8Array(joined)).toEqual(full)
    const beyond = await soda(query, { headers: { range: `bytes=${full.length}-` } })
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${full.length}`])
    expect((await soda(query, { headers: { range: 'bytes=0-1', 'if-range': '"other"' } })).status).toBe(200)
  })

  it('has validators that hold, and HEAD says what GET would', async () => {
    const query = { ID: dids.open, CIRCLE: circle(4) }
    const answer = await soda(query)
    await answer.arrayBuffer()
    const etag = answer.headers.get('etag')!
    expect(etag).toMatch(/^"[^"]+"$/)
    expect(answer.headers.get('last-modified')).toBe('Mon, 01 Jun 2026 00:00:00 GMT')
    expect(answer.headers.get('cache-control')).toMatch(/^public, max-age=\d+/)
    expect((await soda(query, { headers: { 'if-none-match': etag } })).status).toBe(304)
    const head = await soda(query, { method: 'HEAD' })
    for (const name of ['etag', 'content-length', 'content-type', 'last-modified', 'accept-ranges'])
      expect(head.headers.get(name), name).toBe(answer.headers.get(name))
    // Another spelling of the same request is the same resource; another request is not.
    const spelled = await soda(
      { circle: `${CENTRE.raDeg}.0 +${CENTRE.decDeg} ${4 * SCALE_DEG}`, id: dids.open },
      { method: 'HEAD' },
    )
    expect(spelled.headers.get('etag')).toBe(etag)
    expect((await soda({ ID: dids.open, CIRCLE: circle(4.5) }, { method: 'HEAD' })).headers.get('etag')).not.toBe(etag)
  })
})

describe('faults', () => {
  it.each([
    [{ ID: 'OPEN', CIRCLE: '1 2' }, 400, 'UsageError: CIRCLE needs 3 numbers, got 2: "1 2"'],
    [{ ID: 'OPEN', CIRCLE: '1 2 NaN' }, 400, 'UsageError: CIRCLE needs finite numbers'],
    [{ ID: 'OPEN', CIRCLE: '1 2 -3' }, 400, 'UsageError: CIRCLE needs a radius'],
    [{ ID: 'OPEN', POLYGON: '0 0 120 0 240 0' }, 400, 'UsageError: the region cannot be used'],
    [{ ID: 'OPEN', BAND: '1e-7 2e-7' }, 400, 'UsageError: BAND cannot be used'],
    [
      { ID: 'ivo://skyedge.example/dr1?none' },
      404,
      'UsageError: no product has the ID "ivo://skyedge.example/dr1?none"',
    ],
    [{ CIRCLE: '1 2 3' }, 400, 'UsageError: ID is missing'],
  ])('%j: %d', async (query, status, text) => {
    const given = query as Record<string, string>
    const answer = await soda(given.ID === 'OPEN' ? { ...given, ID: dids.open } : given)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect((await answer.text()).startsWith(text)).toBe(true)
  })

  it('outside of DALI are problem+json with the request id', async () => {
    const answer = await get('/nothing/here', { headers: { 'x-request-id': 'night-7' } })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
    expect(answer.headers.get('x-request-id')).toBe('night-7')
    expect(await answer.json()).toMatchObject({ status: 404, title: 'Not Found', instance: 'urn:request:night-7' })
  })

  it('say of a file that is gone or was replaced no more than that', async () => {
    const path = join(origin.config.dataFolder, 'gone.fits')
    await writeFile(path, whole)
    const did = await putProduct(origin.catalog, { productId: 'gone', planes: [{ role: 'image', path, hdu: 1 }] })
    await writeFile(path, whole.subarray(0, 20_000))
    const answer = await soda({ ID: did, CIRCLE: circle(3) })
    expect(answer.status).toBe(503)
    const text = await answer.text()
    expect(text).toBe('ServiceUnavailable: the file of this product was replaced since it was taken in\n')
    expect(text + JSON.stringify([...answer.headers])).not.toContain(origin.config.dataFolder)
    await rm(path)
    const gone = await (await soda({ ID: did, CIRCLE: circle(2) })).text()
    expect(gone).toMatch(/^ServiceUnavailable: the file of this product (was replaced|is not where it was)/)
  })
})

describe('rights', () => {
  it('are decided on every request, and refused in the words of SODA', async () => {
    const query = (name: string) => ({ ID: dids[name], CIRCLE: circle(3) })
    const rights = await bearer({ user: 'bob', dataRights: ['dr1'] })
    const none = await bearer({ user: 'ann' })
    const team = await bearer({ user: 'gus', groups: ['demo-team'] })
    const status = async (name: string, init?: RequestInit) => (await soda(query(name), init)).status
    expect(await status('proprietary')).toBe(401)
    expect(await status('proprietary', none)).toBe(403)
    expect(await status('proprietary', rights)).toBe(200)
    expect(await status('level3', rights)).toBe(403)
    expect(await status('level3', team)).toBe(200)
    expect(await status('embargoed', rights)).toBe(403)
    const refused = await soda(query('proprietary'))
    expect(await refused.text()).toBe('AuthenticationError: data rights for dr1 are needed: sign in\n')
    expect(refused.headers.get('www-authenticate')).toMatch(/Bearer realm="skyedge".*Basic realm="skyedge"/)
    const embargoed = await soda(query('embargoed'))
    expect(await embargoed.text()).toMatch(
      /^AuthorizationError: under embargo until 2027-01-11T00:00:00Z; open to all from/,
    )
  })

  it('that let a user in make an answer that no shared cache may keep, and that ends with the token', async () => {
    const answer = await soda({ ID: dids.proprietary }, await bearer({ user: 'bob', dataRights: ['dr1'], ttlS: 90 }))
    expect(answer.headers.get('cache-control')).toBe('private, max-age=90, must-revalidate')
    expect(answer.headers.get('vary')).toMatch(/Authorization.*Cookie/)
  })

  it('are asked before the validator: a known ETag opens nothing', async () => {
    const rights = await bearer({ user: 'bob', dataRights: ['dr1'] })
    const etag = (await soda({ ID: dids.proprietary }, { ...rights, method: 'HEAD' })).headers.get('etag')!
    expect((await soda({ ID: dids.proprietary }, { headers: { 'if-none-match': etag } })).status).toBe(401)
  })

  it('change with the clock', async () => {
    const before = origin.now
    origin.now += 2 * DAY
    expect((await soda({ ID: dids.embargoed, CIRCLE: circle(3) })).status).toBe(200)
    origin.now = before
  })

  it('need a token that is good: a bad one is said to be so', async () => {
    const answer = await soda({ ID: dids.open }, { headers: { authorization: 'Bearer a.b.c' } })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"')
    expect(await answer.text()).toBe('AuthenticationError: the token is not valid\n')
  })

  it('hide footprints that the caller may not see', async () => {
    const list = async (init?: RequestInit) =>
      ((await (await get('/footprints?collection=test', init)).json()).products as { productId: string }[]).map(
        ({ productId }) => productId,
      )
    expect(await list()).toEqual(['gone', 'open'])
    expect(await list(await bearer({ user: 'bob', dataRights: ['dr1'] }))).toEqual(['gone', 'open', 'proprietary'])
  })
})

describe('an edge', () => {
  const spoken = (principal: object) => Buffer.from(JSON.stringify(principal)).toString('base64url')
  const asEdge = (principal: object) => ({
    headers: { 'x-skyedge-edge': origin.edgeSecret, 'x-skyedge-principal': spoken(principal) },
  })

  it('is trusted with whom it identified, and gets no CORS headers', async () => {
    const bob = { sub: 'bob', scopes: ['read:image'], groups: [], dataRights: ['dr1'] }
    const answer = await soda({ ID: dids.proprietary }, asEdge(bob))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    expect((await soda({ ID: dids.proprietary }, asEdge({}))).status).toBe(401)
  })

  it('alone may ask for the rights of a product', async () => {
    const path = `/internal/product?id=${encodeURIComponent(dids.level3)}`
    expect((await get(path)).status).toBe(404)
    expect((await get(path, await bearer({ user: 'eve' }))).status).toBe(404)
    expect((await get(path, { headers: { 'x-skyedge-edge': 'guess' } })).status).toBe(403)
    const answer = await get(path, asEdge({}))
    expect(await answer.json()).toMatchObject({ rights: { access: 'level3', owner: 'eve' }, collection: 'test' })
    expect((await get('/internal/product?id=none', asEdge({}))).status).toBe(404)
  })

  it('says under which address its clients know it', async () => {
    const forwarded = { 'x-skyedge-base': 'https://edge.example:8443' }
    const headers = { 'x-skyedge-edge': origin.edgeSecret, ...forwarded }
    expect(await (await get('/soda/capabilities', { headers })).text()).toContain('https://edge.example:8443/soda/sync')
    const direct = await (await get('/soda/capabilities', { headers: forwarded })).text()
    expect(direct).toContain(`${origin.url}/soda/sync`)
    expect(direct).not.toContain('edge.example')
  })
})

describe('the rest', () => {
  it('footprints come page by page', async () => {
    const first = await (await get('/footprints?collection=test&limit=1')).json()
    expect(first.products).toHaveLength(1)
    const [product] = first.products
    expect(product).toMatchObject({ publisherDid: dids.open.replace('open', 'gone'), band: 'r', access: 'public' })
    expect(product.footprint.length).toBeGreaterThanOrEqual(4)
    expect(Math.abs(product.footprint[0][0] - CENTRE.raDeg)).toBeLessThan(0.02)
    const second = await (await get(first.next)).json()
    expect(second.products.map(({ productId }: { productId: string }) => productId)).toEqual(['open'])
    expect(second.next).toBeUndefined()
    for (const bad of ['', 'collection=test&limit=0', 'collection=test&limit=x'])
      expect((await get(`/footprints?${bad}`)).status).toBe(400)
  })

  it('health, counters, keys and CORS are there', async () => {
    expect(await (await get('/healthz')).json()).toMatchObject({ status: 'ok' })
    expect(await (await get('/metrics')).text()).toMatch(/skyedge_cutouts_total\{format="fits",outcome="made"\} \d+/)
    const { keys } = await (await get('/.well-known/jwks.json')).json()
    expect(keys[0]).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256' })
    expect(JSON.stringify(keys)).not.toContain('"d"')
    const preflight = await get('/soda/sync', {
      method: 'OPTIONS',
      headers: {
        origin: 'https://a.example',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization',
      },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Authorization')
  })

  it('the log holds no token and no query', async () => {
    const token = await origin.token({ user: 'bob', dataRights: ['dr1'] })
    await soda({ ID: dids.open, RUNID: 'night-8' }, { headers: { authorization: `Bearer ${token}` } })
    await get(`/soda/sync?token=${token}`)
    const log = origin.logged.join('')
    expect(log).toContain('"runId":"night-8"')
    expect(log).toContain('"user":"bob"')
    expect(log).not.toContain(token.split('.')[2])
    expect(log).not.toContain(origin.edgeSecret)
  })
})
