import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { DEG, lonLatDeg, type Region, regionsIntersect, separationRad } from '#src/sky'
import { capBox } from '../../../origin/catalog/sqlite/box.ts'
import { openSqliteCatalog } from '../../../origin/catalog/sqlite/sqlite-catalog.ts'
import type { CatalogError, MapRecord } from '../../../origin/catalog/store.ts'
import { fileAt, squareAt } from '../../support/products.ts'

const folder = mkdtempSync(join(tmpdir(), 'skyedge-catalog-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let count = 0
const fresh = () => join(folder, `${count++}`, 'catalog.sqlite')
const codeOf = async (work: () => unknown) => {
  try {
    await work()
  } catch (error) {
    return (error as CatalogError).code
  }
}

describe('the embedded catalogue', () => {
  it('gives back what it was given, field by field, and nothing where nothing was said', async () => {
    const catalog = openSqliteCatalog(fresh())
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
    const catalog = openSqliteCatalog(fresh())
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
    const catalog = openSqliteCatalog(fresh())
    const lost = squareAt('b', 2, 2, 0.1, { planes: [{ role: 'image', path: '/missing.fits', hdu: 0 }] })
    const change = { files: [fileAt('/a.fits')], products: [squareAt('a', 1, 1), lost] }
    expect(await codeOf(() => catalog.change(change))).toBe('conflict')
    expect(await catalog.productsIn('test.square')).toEqual([])
    expect((await catalog.filesBelow('/')).size).toBe(0)
    await catalog.close()
  })

  it('forgets a file with the last product that used it', async () => {
    const catalog = openSqliteCatalog(fresh())
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
    const catalog = openSqliteCatalog(fresh())
    const paths = ['/d/a.fits', '/d/e/a.fits', '/d.fits', '/d-1/a.fits', '/d0/a.fits', '/D/a.fits']
    await catalog.change({ files: paths.map((path) => fileAt(path)) })
    expect([...(await catalog.filesBelow('/d')).keys()].sort()).toEqual(['/d/a.fits', '/d/e/a.fits'])
    await catalog.close()
  })

  it('keeps maps, truth and settings', async () => {
    const catalog = openSqliteCatalog(fresh())
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

describe('looking for footprints', () => {
  it('finds the same as the exact test on every product, at poles and longitude 0 too', async () => {
    const catalog = openSqliteCatalog(fresh())
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

  it('takes a box that holds every point of a cap and touches it', () => {
    const angle = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(angle, angle, angle, angle, angle, (a, b, c, d, e) => {
        const [lon, lat, radius] = [a * 2 * Math.PI, (b - 0.5) * Math.PI, c * Math.PI]
        const [x0, x1, y0, y1, z0, z1] = capBox(lon, lat, radius)
        const [pointLon, pointLat] = [d * 2 * Math.PI, (e - 0.5) * Math.PI]
        if (separationRad(lon, lat, pointLon, pointLat) > radius) return
        const near = 1e-7
        const x = Math.cos(pointLat) * Math.cos(pointLon)
        const y = Math.cos(pointLat) * Math.sin(pointLon)
        const z = Math.sin(pointLat)
        expect(x >= x0 - near && x <= x1 + near && y >= y0 - near && y <= y1 + near).toBe(true)
        expect(z >= z0 - near && z <= z1 + near).toBe(true)
      }),
    )
    expect(capBox(0, 0, 0.1)[0]).toBeCloseTo(Math.cos(0.1))
    expect(capBox(0, 0, 0.1)[1]).toBe(1)
  })
})

describe('a catalogue that several processes use', () => {
  const writer = (path: string) => `
    import { openSqliteCatalog } from ${JSON.stringify(join(import.meta.dirname, '../../../origin/catalog/sqlite/sqlite-catalog.ts'))}
    import { fileAt, squareAt } from ${JSON.stringify(join(import.meta.dirname, '../../support/products.ts'))}
    const catalog = openSqliteCatalog(${JSON.stringify(path)})
    for (let i = 0; ; i++) {
      const planes = [0, 1].map((hdu) => ({ role: 'image', path: '/f' + i, hdu }))
      await catalog.change({ files: [fileAt('/f' + i)], products: [squareAt('p' + i, i % 360, 0, 0.1, { planes })] })
      console.log(i)
    }`

  it('lets readers read while another writes, and holds only whole products after kill -9', async () => {
    const path = fresh()
    const reader = openSqliteCatalog(path)
    const script = join(folder, 'writer.ts')
    writeFileSync(script, writer(path))
    const child = spawn(process.execPath, ['--no-warnings', script], {
      cwd: join(import.meta.dirname, '../../..'),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let slowestMs = 0
    for await (const chunk of child.stdout) {
      const start = performance.now()
      const products = await reader.productsIn('test.square')
      slowestMs = Math.max(slowestMs, performance.now() - start)
      if (products.length > 50 || String(chunk).includes('\n200\n')) break
    }
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('close', resolve))
    await reader.close()
    const after = openSqliteCatalog(path)
    const products = await after.productsIn('test.square')
    expect(products.length).toBeGreaterThan(50)
    expect(products.every(({ planes }) => planes.length === 2)).toBe(true)
    expect((await after.filesBelow('/')).size).toBe(products.length)
    expect(slowestMs).toBeLessThan(2000)
    await after.close()
    const check = new DatabaseSync(path)
    expect(check.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
    check.close()
  })

  it('may be made by several processes at once', async () => {
    const path = fresh()
    const first = openSqliteCatalog(path)
    const second = openSqliteCatalog(path)
    await Promise.all([first.putSetting('a', '1'), second.putSetting('b', '2')])
    expect(await first.setting('b')).toBe('2')
    await first.close()
    await second.close()
  })
})

describe('a catalogue that cannot be used', () => {
  it('says so in a sentence without its path', async () => {
    const path = fresh()
    await openSqliteCatalog(path).close()
    writeFileSync(path, 'this is no database, and long enough to be looked at as one'.repeat(100))
    expect(await codeOf(() => openSqliteCatalog(path))).toBe('broken')
    expect(await codeOf(() => openSqliteCatalog('/dev/null/nowhere/catalog.sqlite'))).toBe('not-writable')
    try {
      openSqliteCatalog('/dev/null/nowhere/catalog.sqlite')
    } catch (error) {
      expect((error as Error).message).not.toContain('/dev')
    }
  })

  it('refuses a schema from the future', async () => {
    const path = fresh()
    await openSqliteCatalog(path).close()
    const db = new DatabaseSync(path)
    db.exec('PRAGMA user_version = 99')
    db.close()
    expect(await codeOf(() => openSqliteCatalog(path))).toBe('newer-schema')
  })

  it('says that the disk is full and keeps nothing of the change', async () => {
    const path = fresh()
    const catalog = openSqliteCatalog(path)
    await catalog.change({ files: [fileAt('/a.fits')], products: [squareAt('a', 1, 1)] })
    await catalog.close()
    // A page limit gives the same result code (SQLITE_FULL) as a full disk.
    const limited = openSqliteCatalog(path, { maxPages: 40 })
    const large = fileAt('/big.fits', { index: new Uint8Array(2_000_000) })
    expect(await codeOf(() => limited.change({ files: [large], products: [squareAt('b', 1, 1)] }))).toBe('full')
    expect(await limited.productsIn('test.square')).toHaveLength(1)
    await limited.close()
  })
})
