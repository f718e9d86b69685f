import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseHipslist, tilePath } from '#src/hips'
import { cellsOf, parseMocJson, readMocFits } from '#src/moc'
import { loadConfig } from '../../../origin/config.ts'
import { type BuildResult, buildMap } from '../../../origin/hips/build.ts'
import { loadEdgeSecret, loadTokenKeys } from '../../../origin/identity/keys.ts'
import { issueToken } from '../../../origin/identity/token.ts'
import { type RunningOrigin, startOrigin } from '../../../origin/serve.ts'
import { type MapWorld, mapWorld } from '../../support/map-world.ts'
import { CENTRE, slope, writeSkyImage } from '../../support/sky-image.ts'

let folder: string
let world: MapWorld
let built: BuildResult
let origin: RunningOrigin
let secret: string
let token: string
let deep: number

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skyedge-images-'))
  const image = { ...CENTRE, width: 300, height: 300, scaleArcsec: 3, value: slope }
  world = await mapWorld([{ path: writeSkyImage(join(folder, 'a.fits'), image), collection: 'sky', band: 'r' }])
  built = await buildMap(
    { map: 'test/dr1/r', from: ['sky'], threads: 1, order: 7, publicOrder: 5, skipDeepest: true },
    world,
  )
  deep = [...cellsOf(parseMocJson(JSON.parse(built.record.moc)))][0]
  const config = loadConfig({ SKYEDGE_DATA: world.dataFolder, SKYEDGE_ORIGIN_PORT: '0' })
  origin = await startOrigin(config, world.catalog, { log: pino({ level: 'silent' }), clock: () => world.nowMs })
  secret = await loadEdgeSecret(world.dataFolder)
  const keys = await loadTokenKeys(world.dataFolder)
  const user = { user: 'ann', scopes: ['read:image'], groups: [], dataRights: ['dr1'], ttlS: 3600 }
  token = (await issueToken(keys, user, { authority: config.authority, nowMs: world.nowMs })).token
})

afterAll(async () => {
  await origin?.stop()
  await world?.close()
  rmSync(folder, { recursive: true, force: true })
})

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(origin.url + path, { headers, method, redirect: 'manual' })
const bearer = () => ({ authorization: `Bearer ${token}` })
/** Sends the path as it is: fetch would tidy it up. */
const rawStatus = (path: string) =>
  new Promise<number>((resolve, reject) => {
    const { hostname, port } = new URL(origin.url)
    request({ hostname, port, path }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
      .on('error', reject)
      .end()
  })
const tile = (order: number, format: 'png' | 'fits', npix = Math.floor(deep / 4 ** (7 - order))) =>
  tilePath({ order, npix, format })
const PUBLIC = '/hips/public/test/dr1/r/'
const FULL = '/hips/full/test/dr1/r/'

describe('a map over HTTP', () => {
  it.each([
    ['properties', 'text/plain; charset=utf-8'],
    ['Moc.fits', 'application/fits'],
    ['index.html', 'text/html; charset=utf-8'],
    ['', 'text/html; charset=utf-8'],
    ['preview.jpg', 'image/jpeg'],
    ['Norder3/Allsky.png', 'image/png'],
    ['Norder3/Allsky.fits', 'application/fits'],
  ])('answers %j as %s, GET and HEAD alike', async (name, type) => {
    const answer = await get(PUBLIC + name)
    expect(answer.status).toBe(200)
    const body = new Uint8Array(await answer.arrayBuffer())
    const head = await get(PUBLIC + name, {}, 'HEAD')
    for (const got of [answer, head]) {
      expect(got.headers.get('content-type')).toBe(type)
      expect(got.headers.get('content-length')).toBe(String(body.length))
      expect(got.headers.get('last-modified')).toBe('Sun, 22 Nov 2026 12:00:00 GMT')
    }
    const digest = createHash('sha256').update(body).digest('base64url').slice(0, 27)
    expect(answer.headers.get('etag')).toBe(`"${digest}"`)
    expect(answer.headers.get('cache-control')).toMatch(/^public, max-age=\d+/)
  })

  it('answers a tile, a part of it, and 304 to who has it', async () => {
    const path = PUBLIC + tile(5, 'fits')
    const whole = await get(path)
    const bytes = new Uint8Array(await whole.arrayBuffer())
    expect(bytes.length).toBe(1_054_080)
    const part = await get(path, { range: 'bytes=2880-2887' })
    expect(part.status).toBe(206)
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(bytes.slice(2880, 2888))
    const etag = whole.headers.get('etag') as string
    expect((await get(path, { 'if-none-match': etag })).status).toBe(304)
    expect((await get(path, { 'if-modified-since': whole.headers.get('last-modified') as string })).status).toBe(304)
  })

  it('counts doubled slashes as one, and leads a map without its slash to its folder', async () => {
    expect(await rawStatus('/hips/public//test/dr1/r//Moc.fits')).toBe(200)
    expect(await rawStatus('//hips/public/test/dr1/r/Moc.fits')).not.toBe(500)
    const answer = await get(PUBLIC.slice(0, -1))
    expect([answer.status, answer.headers.get('location')]).toEqual([308, PUBLIC])
  })

  it.each([
    `${PUBLIC}Norder5/Dir0/Npix0.png`,
    `${PUBLIC}Norder5/Dir0/Npix99999999.png`,
    `${PUBLIC}Norder05/Dir0/Npix1.png`,
    `${PUBLIC}Norder5/Dir10000/Npix1.png`,
    `${PUBLIC}Norder30/Dir0/Npix1.png`,
    `${PUBLIC}recipe.json`,
    `${PUBLIC}public/properties`,
    `${PUBLIC}metadata.xml`,
    `${PUBLIC}../../../../catalog.sqlite`,
    `${PUBLIC}%2e%2e/%2e%2e/%2e%2e/catalog.sqlite`,
    '/hips/public/test/dr1/r@x/properties',
    '/hips/secret/test/dr1/r/properties',
    '/hips/public/properties',
    '/hips/public/',
  ])('has nothing at %s', async (path) => {
    expect(await rawStatus(path)).toBe(404)
  })

  it('takes no NUL in an address', async () => {
    expect(await rawStatus(`${PUBLIC}properties%00.png`)).toBe(400)
  })

  it('ends for everybody at its public order, and says so in its properties and MOC', async () => {
    expect((await get(PUBLIC + tile(5, 'png'))).status).toBe(200)
    expect((await get(PUBLIC + tile(6, 'png'))).status).toBe(404)
    expect((await get(PUBLIC + tile(7, 'png'), bearer())).status).toBe(404)
    expect(await (await get(`${PUBLIC}properties`)).text()).toMatch(/^hips_order +=\s5$/m)
    const moc = readMocFits(new Uint8Array(await (await get(`${PUBLIC}Moc.fits`)).arrayBuffer()))
    expect([...cellsOf(moc)]).toContain(Math.floor(deep / 16))
    expect(moc.order).toBe(5)
  })

  it('shows every order to who has data rights, and makes deep tiles when they are asked for', async () => {
    expect((await get(`${FULL}properties`)).status).toBe(401)
    expect((await get(FULL + tile(7, 'png'))).status).toBe(401)
    const answers = await Promise.all(Array.from({ length: 10 }, () => get(FULL + tile(7, 'png'), bearer())))
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(new Set(answers.map(({ headers }) => headers.get('etag'))).size).toBe(1)
    expect(answers[0].headers.get('last-modified')).toBe('Sun, 22 Nov 2026 12:00:00 GMT')
    expect(answers[0].headers.get('cache-control')).toMatch(/^private/)
    expect((await get(FULL + tile(7, 'png', 0), bearer())).status).toBe(404)
  })
})

describe('the lists of maps', () => {
  it('names every public map under the address that was asked', async () => {
    const [record] = parseHipslist(await (await get('/hipslist')).text())
    expect(record.get('hips_service_url')).toBe(`${origin.url}/hips/public/test/dr1/r`)
    expect(record.get('hips_status')).toBe('public master clonableOnce')
    const edge = { 'x-skyedge-edge': secret, 'x-skyedge-base': 'https://sky.example' }
    const behind = parseHipslist(await (await get('/hipslist', edge)).text())
    expect(behind[0].get('hips_service_url')).toBe('https://sky.example/hips/public/test/dr1/r')
    const forged = parseHipslist(await (await get('/hipslist', { 'x-skyedge-base': 'https://evil.example' })).text())
    expect(forged[0].get('hips_service_url')).toBe(`${origin.url}/hips/public/test/dr1/r`)
  })

  it('tells edges, and only edges, what they must know to decide', async () => {
    expect((await get('/internal/maps')).status).toBe(404)
    const { maps } = (await (await get('/internal/maps', { 'x-skyedge-edge': secret })).json()) as { maps: unknown[] }
    const { generation } = built.record
    expect(maps).toMatchObject([
      { map: 'test/dr1/r', generation, order: 7, publicOrder: 5, rights: { access: 'proprietary', release: 'dr1' } },
    ])
    expect(JSON.stringify(maps)).not.toContain(world.dataFolder)
  })
})
