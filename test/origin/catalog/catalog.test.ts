// What every catalogue does, whichever database carries it.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DEG, lonLatDeg, type Region, regionsIntersect } from '#src/sky'
import type { CatalogError, MapRecord } from '../../../origin/catalog/store.ts'
import { onEachCatalog } from '../../support/catalogs.ts'
import { fileAt, squareAt } from '../../support/products.ts'

const codeOf = async (work: () => unknown) => {
  try {
    await work()
  } catch (error) {
    return (error as CatalogError).code
  }
}

onEachCatalog('the catalogue', ({ open }) => {
  it('gives back what it was given, field by field, and nothing where nothing was said', async () => {
    const catalog = await open()
    const product = squareAt('one', 10, -20, 0.2, {
      targetName: 'M "1"\n',
      band: 'r',
      emMinM: 5.52e-7,
      tMinMjd: 58849.123456789,
      visit: 2025050100292,
      rights: { access: 'level3', release: 'dr1', groups: ['a'], embargoUntilMs: 5 },
      planes: [
        { role: 'image', path: '/a.fits', hdu: 1 },
        { role: 'mask', path: '/b.fits', hdu: 0 },
      ],
    })
    const ids = await catalog.change({ files: [fileAt('/a.fits'), fileAt('/b.fits')], products: [product] })
    const found = await catalog.product(product.publisherDid)
    expect(found).toEqual({
      ...product,
      planes: [
        { role: 'image', fileId: ids.get('/a.fits'), hdu: 1 },
        { role: 'mask', fileId: ids.get('/b.fits'), hdu: 0 },
      ],
    })
    expect(found).not.toHaveProperty('tract')
    expect(await catalog.file(ids.get('/a.fits')!)).toEqual({ ...fileAt('/a.fits'), fileId: ids.get('/a.fits') })
    expect(await catalog.product('ivo://skyedge.example/dr1?two')).toBeUndefined()
    await catalog.close()
  })

  it('lists a collection by release and band, in the order of the names', async () => {
    const catalog = await open()
    const products = [
      squareAt('b', 1, 1, 0.1, { band: 'r' }),
      squareAt('a', 1, 1, 0.1, { band: 'g' }),
      squareAt('c', 1, 1, 0.1, { collection: 'other' }),
    ]
    await catalog.change({ files: [fileAt('/a.fits')], products })
    expect((await catalog.productsIn('test.square')).map(({ productId }) => productId)).toEqual(['a', 'b'])
    expect((await catalog.productsIn('test.square', { band: 'r' })).map(({ productId }) => productId)).toEqual(['b'])
    expect(await catalog.productsIn('test.square', { release: 'dr2' })).toEqual([])
    const rights = { access: 'public', release: 'dr1' }
    expect(await catalog.collections()).toEqual([
      { collection: 'other', release: 'dr1', rights, products: 1, bands: [] },
      { collection: 'test.square', release: 'dr1', rights, products: 2, bands: ['g', 'r'] },
    ])
    await catalog.close()
  })

  it('keeps all of a change or nothing of it', async () => {
    const catalog = await open()
    const lost = squareAt('b', 2, 2, 0.1, { planes: [{ role: 'image', path: '/missing.fits', hdu: 0 }] })
    const change = { files: [fileAt('/a.fits')], products: [squareAt('a', 1, 1), lost] }
    expect(await codeOf(() => catalog.change(change))).toBe('conflict')
    expect(await catalog.productsIn('test.square')).toEqual([])
    expect((await catalog.filesBelow('/')).size).toBe(0)
    await catalog.close()
  })

  it('forgets a file with the last product that used it', async () => {
    const catalog = await open()
    await catalog.change({ files: [fileAt('/a.fits')], products: [squareAt('a', 1, 1), squareAt('b', 2, 2)] })
    const [{ fileId }] = (await catalog.filesBelow('/')).values()
    expect(await catalog.productsOfFile(fileId)).toHaveLength(2)
    await catalog.change({ remove: ['ivo://skyedge.example/dr1?a'] })
    expect((await catalog.filesBelow('/')).size).toBe(1)
    await catalog.change({ remove: ['ivo://skyedge.example/dr1?b', 'ivo://skyedge.example/dr1?never'] })
    expect((await catalog.filesBelow('/')).size).toBe(0)
    expect(await catalog.productsOverlapping(circle(2, 2, 10))).toEqual([])
    await catalog.close()
  })

  it('finds the files below a folder and not those of its namesakes', async () => {
    const catalog = await open()
    const paths = ['/d/a.fits', '/d/e/a.fits', '/d.fits', '/d-1/a.fits', '/d0/a.fits', '/D/a.fits']
    await catalog.change({ files: paths.map((path) => fileAt(path)) })
    expect([...(await catalog.filesBelow('/d')).keys()].sort()).toEqual(['/d/a.fits', '/d/e/a.fits'])
    await catalog.close()
  })

  it('loads a release in bulk as it takes its products one by one', async () => {
    const [slow, quick] = [await open(), await open()]
    const files = [fileAt('/a.fits'), fileAt('/b\\t\\n.fits', { index: new Uint8Array([0, 92, 255]) })]
    const products = Array.from({ length: 50 }, (_, i) =>
      squareAt(`p${i}`, i * 7, i - 25, 0.5, {
        title: i % 2 ? 'tab\t, "line"\n, back\\slash, \\N' : undefined,
        inputs: ['ivo://a?b', 'c'],
        planes: [
          { role: 'image', path: '/a.fits', hdu: 1 },
          { role: 'mask', path: files[1].path, hdu: 2 },
        ],
        rights: { access: i % 3 ? 'public' : 'level3', release: 'dr1', groups: ['g'] },
      }),
    )
    await slow.change({ files, products })
    const batches = [
      { files, products: products.slice(0, 20) },
      { files: [], products: products.slice(20) },
    ]
    expect(await quick.load('dr1', batches)).toBe(50)
    const [one, other] = await Promise.all([slow.productsIn('test.square'), quick.productsIn('test.square')])
    expect(one).toHaveLength(50)
    expect(other).toEqual(one)
    const around = circle(70, -15, 12)
    expect((await quick.productsOverlapping(around)).length).toBeGreaterThan(2)
    expect(await quick.productsOverlapping(around)).toEqual(await slow.productsOverlapping(around))
    // Into a release that is there; and nothing of a load that meets a product which is there.
    const more = (name: string) => squareAt(name, 200, 60, 0.5)
    expect(await quick.load('dr1', [{ files: [], products: [more('new')] }])).toBe(1)
    const clash = [
      { files: [], products: [more('newer')] },
      { files: [], products: [more('p7')] },
    ]
    expect(await codeOf(() => quick.load('dr1', clash))).toBe('conflict')
    expect(await codeOf(() => quick.load('dr2', [{ files: [], products: [more('newer')] }]))).toBe('conflict')
    expect(await quick.productsIn('test.square')).toHaveLength(51)
    await slow.close()
    await quick.close()
  })

  it('keeps maps, truth and settings', async () => {
    const catalog = await open()
    const map = { map: 'demo/dr1/r', title: 'r', order: 8, formats: ['png'], modifiedMs: 1 } as unknown as MapRecord
    await catalog.putMap(map)
    await catalog.putMap({ ...map, title: 'red' })
    expect(await catalog.maps()).toEqual([{ ...map, title: 'red' }])
    expect(await catalog.map('demo/dr1/g')).toBeUndefined()
    const rows = ['star', 'galaxy'].map((kind) => ({
      release: 'dr1',
      kind,
      name: kind,
      raDeg: 1,
      decDeg: 2,
      values: { flux: { r: 3 } },
    }))
    await catalog.putTruth('dr1', [...rows, ...rows])
    await catalog.putTruth('dr1', rows)
    expect(await catalog.truth('dr1')).toEqual(rows)
    expect(await catalog.truth('dr1', 'galaxy')).toEqual([rows[1]])
    await catalog.putSetting('seed', '42')
    expect(await catalog.setting('seed')).toBe('42')
    await catalog.close()
  })
})

const circle = (raDeg: number, decDeg: number, radiusDeg: number): Region => ({
  kind: 'circle',
  ...lonLatDeg(raDeg, decDeg),
  radiusRad: radiusDeg * DEG,
})

onEachCatalog('looking for footprints', ({ open }) => {
  it('finds the same as the exact test on every product, at poles and longitude 0 too', async () => {
    const catalog = await open()
    const places = fc.sample(
      fc.tuple(fc.double({ min: 0, max: 360, noNaN: true }), fc.double({ min: -89, max: 89, noNaN: true })),
      {
        numRuns: 150,
        seed: 7,
      },
    )
    places.push([0, 0], [359.95, 0], [0, 89.95], [180, -89.95], [90, 45])
    const products = places.map(([ra, dec], i) => squareAt(`p${i}`, ra, dec, 0.1))
    await catalog.change({ files: [fileAt('/a.fits')], products })
    for (const [ra, dec] of places.slice(-40)) {
      for (const radius of [0, 0.03, 2, 40]) {
        const region = circle(ra + 0.04, Math.min(90, dec + 0.02), radius)
        const exact = products
          .filter(({ footprint }) => regionsIntersect({ kind: 'polygon', vertices: footprint }, region))
          .map(({ productId }) => productId)
        const found = (await catalog.productsOverlapping(region)).map(({ productId }) => productId)
        expect(found).toEqual(exact.sort())
      }
    }
    expect(await catalog.productsOverlapping(circle(0, 0, 1), { collection: 'no' })).toEqual([])
    await catalog.close()
  })
})
