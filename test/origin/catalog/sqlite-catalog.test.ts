import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { separationRad } from '#src/sky'
import { OUTLINE_PAGE } from '../../../origin/catalog/outlines.ts'
import { capBox } from '../../../origin/catalog/sqlite/box.ts'
import { openSqliteCatalog } from '../../../origin/catalog/sqlite/sqlite-catalog.ts'
import type { CatalogError } from '../../../origin/catalog/store.ts'
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

describe('the boxes of the R-tree', () => {
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

describe('a page of outlines', () => {
  it('is found along the numbers of the rows, and nothing is sorted for it', async () => {
    const path = fresh()
    await (await openSqliteCatalog(path)).close()
    const db = new DatabaseSync(path)
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${OUTLINE_PAGE}`).all(0, 1000, 'c', 'dr1', 100)
    db.close()
    expect(String(plan[0].detail)).toMatch(/p USING INTEGER PRIMARY KEY/)
    expect(JSON.stringify(plan)).not.toContain('B-TREE')
  })
})
