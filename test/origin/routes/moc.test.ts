// Coverage maps of an archive with public, proprietary, embargoed and shared images, as each caller sees them.

import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  degrade,
  equal,
  intersection,
  type Moc,
  mocOfPolygon,
  parseMocAscii,
  parseMocJson,
  readMocFits,
  union,
  unionOf,
} from '#src/moc'
import { CoverageStore } from '../../../origin/moc/coverage.ts'
import { putMapRecord } from '../../support/map-records.ts'
import { command, PYTHON, python } from '../../support/optional.ts'
import { startTestOrigin, type TestOrigin } from '../../support/origin.ts'
import { fileAt, squareAt } from '../../support/products.ts'

let origin: TestOrigin
const ORDER = 12
const SQUARES = {
  open: squareAt('open', 150, 2, 0.2, { band: 'r' }),
  green: squareAt('green', 150.1, 2, 0.2, { band: 'g' }),
  hidden: squareAt('hidden', 150.5, 2, 0.2, { band: 'r', rights: { access: 'proprietary', release: 'dr1' } }),
  shared: squareAt('shared', 160, 2, 0.2, {
    band: 'z',
    collection: 'secret',
    rights: { access: 'level3', release: 'dr1', owner: 'bob' },
  }),
}
const of = (...names: (keyof typeof SQUARES)[]): Moc =>
  unionOf(names.map((name) => mocOfPolygon(ORDER, SQUARES[name].footprint)))

beforeAll(async () => {
  origin = await startTestOrigin()
  await origin.catalog.change({ files: [fileAt('/a.fits')], products: Object.values(SQUARES) })
  await putMapRecord(world(), 'test/r', degrade(of('open', 'hidden'), 9))
  await putMapRecord(world(), 'test/closed', degrade(of('shared'), 9), { publicOrder: -1, bands: ['closed'] })
})
afterAll(() => origin?.end())

const world = () => ({ catalog: origin.catalog, dataFolder: origin.config.dataFolder })
const get = (path: string, headers: Record<string, string> = {}) => fetch(origin.url + path, { headers })
const mocAt = async (path: string, headers: Record<string, string> = {}) =>
  parseMocAscii(await (await get(path, { accept: 'text/plain', ...headers })).text())
const bearer = async (user: string, dataRights: string[] = []) => ({
  authorization: `Bearer ${await origin.token({ user, dataRights })}`,
})

describe('coverage', () => {
  it('is the same in every form, and in every way to ask for the form', async () => {
    const fits = await get('/moc/collection/test.square.fits')
    expect(fits.headers.get('content-type')).toBe('application/fits')
    const moc = readMocFits(new Uint8Array(await fits.arrayBuffer()))
    expect(moc.order).toBe(ORDER)
    const text = await get('/moc/collection/test.square?RESPONSEFORMAT=ascii')
    expect(equal(parseMocAscii(await text.text()), moc)).toBe(true)
    const json = await get('/moc/collection/test.square', { accept: 'application/json' })
    expect(json.headers.get('vary')).toContain('Accept')
    expect(equal(parseMocJson(await json.json()), moc)).toBe(true)
    expect((await get('/moc/collection/test.square')).headers.get('content-type')).toBe('application/fits')
  })

  it('of a map is that of its public tier, and all of it for those with rights', async () => {
    expect(equal(await mocAt('/moc/map/test/r'), degrade(degrade(of('open', 'hidden'), 9), 7))).toBe(true)
    const ann = await bearer('ann', ['dr1'])
    expect(equal(await mocAt('/moc/map/test/r', ann), degrade(of('open', 'hidden'), 9))).toBe(true)
    const answer = await get('/moc/map/test/r', ann)
    expect(answer.headers.get('cache-control')).toBe('private, max-age=60, must-revalidate')
    expect(answer.headers.get('vary')).toContain('Authorization')
  })

  it('of a map without a public tier is told to those alone who may see the map', async () => {
    expect((await get('/moc/map/test/closed')).status).toBe(404)
    expect(await (await get('/moc')).text()).not.toContain('closed')
    const ann = await bearer('ann', ['dr1'])
    expect((await get('/moc/map/test/closed', ann)).status).toBe(200)
  })

  it('of images that are hidden is told as coarsely as the public maps tell it', async () => {
    const tier = degrade(degrade(of('open', 'hidden'), 9), 7)
    expect(equal(await mocAt('/moc/band/g'), of('green'))).toBe(true)
    expect(equal(await mocAt('/moc/release/dr1'), union(of('open', 'green'), tier))).toBe(true)
    expect(equal(await mocAt('/moc/band/r'), union(of('open'), tier))).toBe(true)
    expect(equal(await mocAt('/moc/band/r', await bearer('ann', ['dr1'])), of('open', 'hidden'))).toBe(true)
  })

  it('of what is shared by name is told to nobody else, not even that it is there', async () => {
    for (const path of ['/moc/collection/secret', '/moc/band/z', '/moc?union=band:g,band:z&intersect=band:r']) {
      const [hidden, absent] = await Promise.all([get(path), get(path.replace(/secret|z/, 'nothing'))])
      expect(hidden.status).toBe(404)
      const detail = async (answer: Response) => (await answer.json()).detail.replace(/secret|:z|nothing/g, '')
      expect((await detail(hidden)).replace(/:$/, '')).toBe((await detail(absent)).replace(/:$/, ''))
    }
    expect(await (await get('/moc')).text()).not.toMatch(/secret|"z"/)
    expect(equal(await mocAt('/moc/collection/secret', await bearer('bob')), of('shared'))).toBe(true)
  })

  it('is united, cut and made coarser by request', async () => {
    const cut = await mocAt('/moc?union=band:g,band:r&intersect=map:test/r,collection:test.square')
    const tier = degrade(degrade(of('open', 'hidden'), 9), 7)
    const all = union(of('green'), union(of('open'), tier))
    expect(equal(cut, intersection(intersection(all, tier), union(of('open', 'green'), tier)))).toBe(true)
    expect(equal(await mocAt('/moc/band/g?order=8'), degrade(of('green'), 8))).toBe(true)
    expect(equal(await mocAt('/moc/band/g?order=29'), of('green'))).toBe(true)
  })

  it('is the same bytes under the same tag until it changes', async () => {
    const first = await get('/moc/band/g.fits')
    const etag = first.headers.get('etag') ?? ''
    const last = first.headers.get('last-modified') ?? ''
    expect(Date.parse(last)).toBe(origin.now)
    expect((await get('/moc/band/g.fits', { 'if-none-match': etag })).status).toBe(304)
    expect((await get('/moc/band/g.fits', { 'if-modified-since': last })).status).toBe(304)
    expect((await get('/moc/band/g.fits?order=8')).headers.get('etag')).not.toBe(etag)
    expect((await fetch(`${origin.url}/moc/band/g.fits`, { method: 'HEAD' })).headers.get('content-length')).toBe(
      '8640',
    )
  })

  it('is listed for people and for programs', async () => {
    const { mocs } = await (await get('/moc')).json()
    expect(mocs.map(({ kind, name }: { kind: string; name: string }) => `${kind}:${name}`)).toEqual([
      'map:test/r',
      'release:dr1',
      'band:g',
      'band:r',
      'collection:test.square',
    ])
    for (const { fits } of mocs) expect((await fetch(fits)).status, fits).toBe(200)
    expect(await (await get('/moc?RESPONSEFORMAT=ascii')).text()).toContain(`band:g ${origin.url}/moc/band/g.fits\n`)
  })

  it.each([
    ['/moc/band/r?order=deep', 400],
    ['/moc?union=r', 400],
    ['/moc/band/r?callback=alert', 400],
    [`/moc?union=${Array.from({ length: 17 }, () => 'band:r').join(',')}`, 400],
    ['/moc/band/..%2f..%2fetc%2fpasswd', 404],
    ["/moc/collection/x'%20OR%201=1--", 404],
    ['/moc/catalog/x', 404],
  ])('%.60s is refused with %i', async (path, status) => {
    const answer = await get(path)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  const fitsverify = command('fitsverify')
  const astropy = python('astropy', 'healpy')
  it.skipIf(!fitsverify.found || !astropy.found)(
    fitsverify.says(astropy.says('as FITS is sound, and has the cells that healpy finds around the corners')),
    async () => {
      const path = join(origin.config.dataFolder, 'moc.fits')
      writeFileSync(path, new Uint8Array(await (await get('/moc/band/g.fits')).arrayBuffer()))
      expect(spawnSync('fitsverify', ['-q', path], { encoding: 'utf8' }).stdout).toContain('OK')
      const script = `
import sys, json, numpy as np, healpy
from astropy.io import fits
hdu = fits.open(sys.argv[1])[1]
assert (hdu.header['MOCVERS'], hdu.header['ORDERING'], hdu.header['COORDSYS']) == ('2.0', 'NUNIQ', 'C')
cells = set()
for uniq in map(int, hdu.data['UNIQ']):
    order = (uniq.bit_length() - 3) // 2
    shift = 2 * (${ORDER} - order)
    npix = uniq - 4 * 4 ** order
    cells |= set(range(npix << shift, (npix + 1) << shift))
corners = np.array(json.loads(sys.argv[2]))
vectors = healpy.ang2vec(corners[:, 0], corners[:, 1], lonlat=True)
nside = 2 ** ${ORDER}
inside = set(healpy.query_polygon(nside, vectors, inclusive=False, nest=True).tolist())
around = set(healpy.query_polygon(nside, vectors, inclusive=True, fact=64, nest=True).tolist())
print(inside <= cells, cells <= around, len(inside) > 100)`
      const corners = SQUARES.green.footprint.map(({ lonRad, latRad }) =>
        [lonRad, latRad].map((rad) => (rad * 180) / Math.PI),
      )
      const { stdout, stderr } = spawnSync(PYTHON, ['-c', script, path, JSON.stringify(corners)], { encoding: 'utf8' })
      expect(`${stdout}${stderr}`.trim()).toBe('True True True')
    },
  )
})

describe('the coverage that is kept', () => {
  /** A catalogue that counts the rows it gives. */
  function counting() {
    let rows = 0
    const catalog = new Proxy(origin.catalog, {
      get(target, name) {
        if (name !== 'outlinesAfter') {
          const value = Reflect.get(target, name)
          return typeof value === 'function' ? value.bind(target) : value
        }
        return async (...page: Parameters<typeof target.outlinesAfter>) => {
          const found = await target.outlinesAfter(...page)
          rows += found.length
          return found
        }
      },
    })
    const dataFolder = join(origin.config.dataFolder, 'kept')
    const open = () => new CoverageStore({ catalog, dataFolder, clock: () => 1000 })
    const read = async (store = open()) => {
      rows = 0
      const parts = await store.parts()
      return { rows, parts: parts.filter(({ collection }) => collection === 'grow') }
    }
    return read
  }
  const change = (products: ReturnType<typeof squareAt>[], remove: string[] = []) =>
    origin.catalog.change({ files: [fileAt('/a.fits')], products, remove })
  const square = (i: number, more = {}) =>
    squareAt(`grow${i}`, 200 + i, 10, 0.2, { collection: 'grow', band: 'r', ...more })

  it('takes in new images alone, survives a restart, and is made anew where one goes, moves or gets other rights', async () => {
    const read = counting()
    await change([square(1), square(2)])
    expect((await read()).rows).toBe(6)
    expect((await read()).rows).toBe(0)
    await change([square(3)])
    const grown = await read()
    expect(grown.rows).toBe(1)
    const cover = (...ids: number[]) => unionOf(ids.map((i) => mocOfPolygon(ORDER, square(i).footprint)))
    expect(equal(grown.parts[0].moc, cover(1, 2, 3))).toBe(true)
    expect(grown.parts[0].products).toBe(3)

    await change([], [square(2).publisherDid])
    const shrunk = await read()
    expect(shrunk.rows).toBe(2)
    expect(equal(shrunk.parts[0].moc, cover(1, 3))).toBe(true)
    await change([square(1, { rights: { access: 'proprietary', release: 'dr1' } })])
    const parted = (await read()).parts
    expect(
      parted.map(({ rights, moc }) => [rights.access, equal(moc, cover(rights.access === 'public' ? 3 : 1))]),
    ).toEqual([
      ['proprietary', true],
      ['public', true],
    ])
    await change([{ ...square(3), footprint: square(7).footprint, raDeg: 207 }])
    expect((await read()).parts.some(({ moc }) => equal(moc, cover(7)))).toBe(true)
  })

  it('is read again where its file is damaged', async () => {
    const read = counting()
    await change([square(1)])
    await read()
    const folder = join(origin.config.dataFolder, 'kept/moc')
    const { readdirSync } = await import('node:fs')
    for (const name of readdirSync(folder))
      writeFileSync(join(folder, name), readFileSync(join(folder, name)).subarray(0, 50))
    expect((await read()).rows).toBeGreaterThan(4)
  })
})
