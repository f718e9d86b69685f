import { spawn } from 'node:child_process'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { lonLatDeg, regionsIntersect } from '#src/sky'
import { openCatalog } from '../../../origin/catalog/open.ts'
import { outline } from '../../../origin/catalog/postgres/outline.ts'
import { createPool } from '../../../origin/catalog/postgres/pool.ts'
import { openPostgresCatalog } from '../../../origin/catalog/postgres/postgres-catalog.ts'
import { becomeReader } from '../../../origin/catalog/postgres/reader.ts'
import type { CatalogError } from '../../../origin/catalog/store.ts'
import { postgres } from '../../support/optional.ts'
import { freshDatabase, ownServer, type TestDatabase } from '../../support/postgres.ts'
import { fileAt, squareAt } from '../../support/products.ts'

const server = postgres()
const databases: TestDatabase[] = []
const fresh = async () => {
  const database = await freshDatabase()
  databases.push(database)
  return database
}
afterAll(async () => {
  for (const database of databases) await database.drop()
})
const failure = async (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error as CatalogError,
  )

describe.skipIf(!server.found)(server.says('several origins on one PostgreSQL'), () => {
  it('may all make the schema at once', async () => {
    const { url, query } = await fresh()
    const catalogs = await Promise.all(
      Array.from({ length: 5 }, () => openCatalog({ dataFolder: '/', databaseUrl: url })),
    )
    await catalogs[0].putSetting('a', '1')
    expect(await catalogs[4].setting('a')).toBe('1')
    expect(await query('SELECT count(*) AS n FROM skyedge_schema')).toEqual([{ n: '1' }])
    await Promise.all(catalogs.map((catalog) => catalog.close()))
  })

  it('may write at once into releases that nobody had, sharing files', async () => {
    const { url } = await fresh()
    const catalogs = await Promise.all([1, 2, 3].map(() => openPostgresCatalog(url, { connections: 4 })))
    await Promise.all(
      catalogs.flatMap((catalog, n) =>
        Array.from({ length: 12 }, (_, i) => {
          const release = `dr${i % 4}`
          const name = `p-${n}-${i}`
          const product = squareAt(name, i, n, 0.1, { release, publisherDid: `ivo://x.y/${release}?${name}` })
          // Both orders of two shared files: such writers meet in a deadlock, and one of them begins again.
          const files = i % 2 ? [fileAt('/a.fits'), fileAt('/b.fits')] : [fileAt('/b.fits'), fileAt('/a.fits')]
          return catalog.change({ files, products: [product] })
        }),
      ),
    )
    expect(await catalogs[0].productsIn('test.square')).toHaveLength(36)
    expect((await catalogs[1].filesBelow('/')).size).toBe(2)
    await Promise.all(catalogs.map((catalog) => catalog.close()))
  })

  it('hold only whole products after one was killed in the middle of writing', async () => {
    const { url } = await fresh()
    const reader = await openPostgresCatalog(url)
    const script = `
      import { openPostgresCatalog } from ${JSON.stringify(join(import.meta.dirname, '../../../origin/catalog/postgres/postgres-catalog.ts'))}
      import { fileAt, squareAt } from ${JSON.stringify(join(import.meta.dirname, '../../support/products.ts'))}
      const catalog = await openPostgresCatalog(process.env.URL)
      for (let i = 0; ; i++) {
        const planes = [0, 1].map((hdu) => ({ role: 'image', path: '/f' + i, hdu }))
        await catalog.change({ files: [fileAt('/f' + i)], products: [squareAt('p' + i, i % 360, 0, 0.1, { planes })] })
        console.log(i)
      }`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      cwd: join(import.meta.dirname, '../../..'),
      env: { ...process.env, URL: url },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    for await (const chunk of child.stdout) if (String(chunk).includes('60\n')) break
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('close', resolve))
    const products = await reader.productsIn('test.square')
    expect(products.length).toBeGreaterThan(50)
    expect(products.every(({ planes }) => planes.length === 2)).toBe(true)
    expect((await reader.filesBelow('/')).size).toBe(products.length)
    await reader.close()
  })
})

describe.skipIf(!server.found)(server.says('a release on PostgreSQL'), () => {
  it('is dropped or detached by one statement, the others untouched', async () => {
    const { url, query } = await fresh()
    const catalog = await openPostgresCatalog(url)
    const releases = Array.from({ length: 11 }, (_, i) => `dr${i + 1}`)
    for (const release of releases) {
      const path = `/${release}.fits`
      const more = {
        release,
        publisherDid: `ivo://x.y/${release}?a`,
        planes: [{ role: 'image' as const, path, hdu: 0 }],
      }
      await catalog.change({ files: [fileAt(path)], products: [squareAt('a', 10, 10, 1, more)] })
    }
    await catalog.putSurvey({ releases: releases.map((release) => ({ release })) })
    expect(await catalog.productsIn('test.square')).toHaveLength(11)
    await query(`SELECT drop_release('dr3')`)
    expect(await query(`SELECT detach_release('dr4') AS part`)).toContainEqual({ part: 'products_r4' })
    const left = await catalog.productsOverlapping({ kind: 'circle', ...lonLatDeg(10, 10), radiusRad: 0 })
    expect(left.map(({ release }) => release)).toEqual(releases.filter((r) => !['dr3', 'dr4'].includes(r)).sort())
    expect((await catalog.filesBelow('/')).has('/dr3.fits')).toBe(false)
    expect((await catalog.releases()).some(({ release }) => release === 'dr3')).toBe(false)
    expect(await query('SELECT count(*) AS n FROM products_r4')).toEqual([{ n: '1' }])
    await catalog.change({ files: [fileAt('/a.fits')], products: [squareAt('b', 1, 1, 1, { release: 'dr3' })] })
    expect(await catalog.productsIn('test.square', { release: 'dr3' })).toHaveLength(1)
    await catalog.close()
  })

  it('takes a product from the release that it was in before', async () => {
    const { url } = await fresh()
    const catalog = await openPostgresCatalog(url)
    await catalog.change({ files: [fileAt('/a.fits')], products: [squareAt('a', 1, 1, 1)] })
    await catalog.change({ files: [fileAt('/a.fits')], products: [squareAt('a', 1, 1, 1, { release: `d'r;2` })] })
    expect((await catalog.productsIn('test.square')).map(({ release }) => release)).toEqual([`d'r;2`])
    await catalog.close()
  })
})

describe.skipIf(!server.found)(server.says('a PostgreSQL that cannot be used'), () => {
  it('is refused with a newer schema', async () => {
    const { url, query } = await fresh()
    await (await openPostgresCatalog(url)).close()
    await query('UPDATE skyedge_schema SET version = 99')
    expect(await failure(openPostgresCatalog(url))).toMatchObject({ code: 'newer-schema' })
  })

  it('is named without its password, whatever is wrong', async () => {
    const { url } = await fresh()
    const [, password] = /:([^:@]+)@/.exec(url)!
    const wrong = [
      url.replace(password, `not${password}`),
      url.replace(/[^/]+$/, 'no_such_database'),
      url.replace(/:\d+\//, ':1/'),
      url.replace('127.0.0.1', 'nowhere.invalid'),
    ]
    const errors = await Promise.all(wrong.map((address) => failure(openPostgresCatalog(address))))
    expect(errors.map((error) => error?.code)).toEqual(['not-writable', 'not-writable', 'unavailable', 'unavailable'])
    for (const error of errors) expect(JSON.stringify([error?.message, String(error?.cause)])).not.toContain(password)
  })

  it('is asked again as soon as it is back', async () => {
    const own = await ownServer()
    const catalog = await openPostgresCatalog(own.url('postgres'), { connectTimeoutMs: 1000 })
    await catalog.putSetting('a', '1')
    await own.stop()
    const away = await failure(catalog.setting('a'))
    expect(away).toMatchObject({ name: 'CatalogError', code: 'unavailable' })
    expect(away?.message).not.toMatch(/127|ECONN|password/)
    expect(await failure(catalog.putSetting('a', '2'))).toMatchObject({ code: 'unavailable' })
    await own.start()
    expect(await catalog.setting('a')).toBe('1')
    // Restarted while its connections were idle: the first read and the first change do not notice.
    await Promise.all([catalog.setting('a'), catalog.setting('b')])
    await own.stop()
    await own.start()
    expect(await catalog.setting('a')).toBe('1')
    await catalog.change({ files: [fileAt('/a.fits')], products: [squareAt('a', 1, 1)] })
    await catalog.close()
    await own.stop()
  })
})

describe.skipIf(!server.found)(server.says('what PostgreSQL gives and takes'), () => {
  it('reads 64-bit integers as numbers where these are exact, else as bigint', async () => {
    const { url } = await fresh()
    const pool = createPool(url)
    const { rows } = await pool.query('SELECT 9007199254740991::int8 AS a, 9007199254740993::int8 AS b, -5::int8 AS c')
    expect(rows).toEqual([{ a: 9007199254740991, b: 9007199254740993n, c: -5 }])
    await pool.end()
  })

  it('lets a reader read the survey, and neither write nor see files’ places and settings', async () => {
    const { url } = await fresh()
    await (await openPostgresCatalog(url)).close()
    const client = new pg.Client(url)
    await client.connect()
    await becomeReader(client)
    await client.query('SELECT publisher_did FROM products')
    for (const sql of [
      'SELECT path FROM files',
      'SELECT * FROM settings',
      'DELETE FROM products',
      'CREATE TABLE t (a int)',
    ])
      expect(await failure(client.query(sql)), sql).toMatchObject({ severity: 'ERROR' })
    await client.end()
  })

  it('takes outlines that pg_sphere would refuse', async () => {
    const { url, query } = await fresh()
    const catalog = await openPostgresCatalog(url)
    const corners = (list: readonly (readonly [number, number])[]) => list.map(([ra, dec]) => lonLatDeg(ra, dec))
    const odd = {
      crossed: corners([
        [10, 0],
        [11, 1],
        [11, 0],
        [10, 1],
      ]),
      tiny: corners([
        [20, 0],
        [20.00000001, 0],
        [20, 0.00000001],
      ]),
      repeated: corners([
        [30, 0],
        [30, 0],
        [30, 1],
        [29, 1],
        [29, 0],
      ]),
      concave: corners([
        [40, 0],
        [41, 0],
        [40.3, 0.3],
        [40, 1],
      ]),
      polar: corners([
        [0, 89],
        [90, 89],
        [180, 89],
        [270, 89],
      ]),
    }
    const products = Object.entries(odd).map(([name, footprint]) => squareAt(name, 1, 1, 1, { footprint }))
    await catalog.change({ files: [fileAt('/a.fits')], products })
    for (const [name, footprint] of Object.entries(odd)) {
      const region = { kind: 'circle', ...footprint[0], radiusRad: 1e-4 } as const
      if (!regionsIntersect({ kind: 'polygon', vertices: footprint }, region)) continue
      expect(
        (await catalog.productsOverlapping(region)).map(({ productId }) => productId),
        name,
      ).toEqual([name])
    }
    // A concave outline is kept as it is.
    const [{ n }] = await query(`SELECT npoints(outline) AS n FROM products WHERE product_id = 'concave'`)
    expect(n).toBe(4)
    expect(outline(odd.polar).match(/\(/g)).toHaveLength(4)
    await catalog.close()
  })
})
