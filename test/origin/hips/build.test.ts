import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compressedImageHduBytes, FitsHeader, imageHduBytes, imageHeader, readHdus, readWindow } from '#src/fits'
import { tileGrid } from '#src/healpix'
import { lintProperties, parseProperties, parseTilePath } from '#src/hips'
import { cellsOf, parseMocJson } from '#src/moc'
import { memorySource } from '#src/storage'
import { type BuildResult, buildMap } from '../../../origin/hips/build.ts'
import { HipsBuildError } from '../../../origin/hips/errors.ts'
import { TileMaker } from '../../../origin/hips/materialise.ts'
import { Threads } from '../../../origin/hips/threads.ts'
import { readFitsTile } from '../../../origin/hips/tile-bytes.ts'
import { tileFile } from '../../../origin/hips/tile-files.ts'
import { nodeRuntime } from '../../../origin/runtime.ts'
import { type MapWorld, mapWorld } from '../../support/map-world.ts'
import { CENTRE, slope, writeSkyImage } from '../../support/sky-image.ts'

let folder: string
let world: MapWorld
let built: BuildResult
let threads: Threads

const mapFolder = (result: BuildResult) => join(world.dataFolder, 'hips', result.record.folder)
const fits = async (result: BuildResult, order: number, npix: number) =>
  (await readFitsTile(readFileSync(tileFile(mapFolder(result), { order, npix, format: 'fits' })))).data
const deepest = (result: BuildResult) => [...cellsOf(parseMocJson(JSON.parse(result.record.moc)))]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skyedge-images-'))
  threads = new Threads(2)
  const common = { width: 400, height: 300, scaleArcsec: 2, decDeg: CENTRE.decDeg }
  const hole = (x: number, y: number) => x > 100 && x < 120 && y > 50 && y < 60
  const left = writeSkyImage(join(folder, 'left.fits'), {
    ...common,
    raDeg: CENTRE.raDeg,
    value: (place, x, y) => (hole(x, y) ? Number.NaN : slope(place)),
  })
  const right = writeSkyImage(join(folder, 'right.fits'), { ...common, raDeg: CENTRE.raDeg - 0.2, value: slope })
  const light = writeSkyImage(join(folder, 'light.fits'), {
    ...common,
    raDeg: 10,
    value: () => 10,
    variance: (x) => (x < 50 ? Number.NaN : 1),
  })
  const heavy = writeSkyImage(join(folder, 'heavy.fits'), {
    ...common,
    raDeg: 10,
    value: () => 20,
    variance: () => 1 / 3,
  })
  const secret = writeSkyImage(join(folder, 'secret.fits'), { ...common, raDeg: CENTRE.raDeg, value: () => 9999 })
  const embargo = { rights: { access: 'public', release: 'dr1', embargoUntilMs: Date.UTC(2030, 0, 1) } } as const
  world = await mapWorld([
    { path: left, collection: 'sky', band: 'r' },
    { path: right, collection: 'sky', band: 'r' },
    { path: secret, collection: 'sky', band: 'r', product: embargo },
    { path: light, collection: 'weighted', varianceHdu: 1 },
    { path: heavy, collection: 'weighted', varianceHdu: 1 },
  ])
  built = await buildMap({ map: 'test/r', from: ['sky'], band: 'r', threads: 2, publicOrder: 6 }, world)
})

afterAll(async () => {
  await threads?.close()
  await world?.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('a map built from images', () => {
  it('ends at the first order whose pixels are no larger than the images have', () => {
    expect(built.record.order).toBe(8)
  })

  it('shows at every defined pixel what the sky has there', async () => {
    const place = new Float64Array(2)
    let seen = 0
    let worst = 0
    for (const npix of deepest(built)) {
      const grid = tileGrid(8, npix)
      const values = await fits(built, 8, npix)
      values.forEach((value, k) => {
        if (Number.isNaN(value)) return
        grid.position(k % 512, Math.floor(k / 512), place)
        worst = Math.max(worst, Math.abs(value - slope({ lonRad: place[0], latRad: place[1] })))
        seen++
      })
    }
    expect(seen).toBeGreaterThan(200_000)
    // 2e-3 of 0.1 per arcsec: a hundredth of a pixel; float32 and the curve of the sky under linear interpolation.
    expect(worst).toBeLessThan(2e-3)
  })

  it('has parents that are the means of their children', async () => {
    const child = deepest(built)[0]
    const parent = await fits(built, 7, Math.floor(child / 4))
    const values = await fits(built, 8, child)
    const [column, row] = [(child >> 1) & 1, 1 - (child & 1)]
    for (let k = 0; k < 256 * 256; k += 97) {
      const [i, j] = [k % 256, Math.floor(k / 256)]
      const four = [0, 1, 512, 513]
        .map((at) => values[2 * j * 512 + 2 * i + at])
        .filter((value) => !Number.isNaN(value))
      const mean = four.reduce((sum, value) => sum + value, 0) / four.length
      const got = parent[(row * 256 + j) * 512 + column * 256 + i]
      if (four.length === 0) expect(got).toBeNaN()
      else expect(got).toBeCloseTo(mean, 3)
    }
  })

  it('has PNG tiles with the rows of the FITS ones turned over, transparent where nothing is known', async () => {
    const npix = deepest(built)[0]
    const values = await fits(built, 8, npix)
    const file = tileFile(mapFolder(built), { order: 8, npix, format: 'png' })
    const rgba = await sharp(readFileSync(file)).ensureAlpha().toColourspace('srgb').raw().toBuffer()
    for (let row = 0; row < 512; row++)
      for (let column = 0; column < 512; column++)
        if ((rgba[4 * (row * 512 + column) + 3] === 0) !== Number.isNaN(values[(511 - row) * 512 + column]))
          throw new Error(`row ${row}, column ${column}: PNG and FITS disagree`)
  })

  it('leaves out images that are not open to everybody one day', async () => {
    expect(built.leftOut).toBe(1)
    for (const npix of deepest(built)) expect((await fits(built, 8, npix)).some((value) => value > 9000)).toBe(false)
  })

  it('describes itself without fault, and its public tier as a map that ends earlier', () => {
    for (const [file, order, status] of [
      ['properties', '8', 'private master unclonable'],
      ['public/properties', '6', 'public master clonableOnce'],
    ] as const) {
      const text = readFileSync(join(mapFolder(built), file), 'utf8')
      expect(lintProperties(text)).toEqual([])
      const properties = parseProperties(text)
      expect(properties.get('hips_order')).toBe(order)
      expect(properties.get('hips_status')).toBe(status)
    }
  })

  it('weighs images by the median of their variance and drops pixels without one', async () => {
    const result = await buildMap({ map: 'test/weighted', from: ['weighted'], threads: 1, formats: ['fits'] }, world)
    const found = new Map<number, number>()
    for (const npix of deepest(result))
      for (const value of await fits(result, 8, npix)) {
        const rounded = Math.round(value * 1000) / 1000
        if (!Number.isNaN(value)) found.set(rounded, (found.get(rounded) ?? 0) + 1)
      }
    // (1 * 10 + 3 * 20) / 4, and the heavy image alone where the light one has no variance.
    expect([...found.keys()].sort()).toEqual([17.5, 20])
    expect((found.get(17.5) ?? 0) > 3 * (found.get(20) ?? 0)).toBe(true)
  })
})

describe('a map without its deepest tiles', () => {
  it('has the same check codes, and makes the same bytes on demand, once for many who ask', async () => {
    const lazy = await buildMap(
      { map: 'test/lazy', from: ['sky'], band: 'r', threads: 2, publicOrder: 6, skipDeepest: true },
      world,
    )
    const codes = [built, lazy].map((result) =>
      parseProperties(readFileSync(join(mapFolder(result), 'properties'), 'utf8')).get('hips_check_code'),
    )
    expect(codes[1]).toBe(codes[0])
    const files = readdirSync(mapFolder(lazy), { recursive: true, encoding: 'utf8' })
    expect(files.flatMap((file) => parseTilePath(file) ?? []).filter(({ order }) => order === 8)).toEqual([])

    const maker = new TileMaker({ catalog: world.catalog, dataFolder: world.dataFolder, threads })
    for (const npix of deepest(built))
      for (const format of ['png', 'fits'] as const) {
        const asked = await Promise.all(Array.from({ length: 20 }, () => maker.make(lazy.record, 8, npix, format)))
        expect(new Set(asked).size).toBe(1)
        const kept = readFileSync(tileFile(mapFolder(lazy), { order: 8, npix, format }))
        expect(Buffer.compare(kept, readFileSync(tileFile(mapFolder(built), { order: 8, npix, format })))).toBe(0)
        expect(Buffer.compare(kept, Buffer.from(asked[0] as Uint8Array))).toBe(0)
      }
    expect(await maker.make(lazy.record, 8, 0, 'png')).toBeUndefined()
    expect(existsSync(tileFile(mapFolder(lazy), { order: 8, npix: 0, format: 'png' }))).toBe(false)
  })

  it('refuses to mix changed images into an old map', async () => {
    const lazy = await buildMap({ map: 'test/old', from: ['sky'], band: 'r', threads: 1, skipDeepest: true }, world)
    const [product] = await world.catalog.productsIn('sky')
    const planes = [{ role: 'image' as const, path: join(folder, 'left.fits'), hdu: 0 }]
    await world.catalog.change({ products: [{ ...product, generation: 'g2', planes }] })
    const maker = new TileMaker({ catalog: world.catalog, dataFolder: world.dataFolder, threads })
    const npix = deepest(lazy).map((npix) => maker.make(lazy.record, 8, npix, 'png'))
    await expect(Promise.all(npix)).rejects.toMatchObject({ code: 'stale-map' })
    await world.catalog.change({ products: [{ ...product, planes }] })
  })
})

describe('a build', () => {
  it('replaces a map as a whole, and leaves the old one where it fails', async () => {
    const options = { map: 'test/again', from: ['sky'], band: 'r', threads: 1, order: 6, formats: ['png'] as const }
    const first = await buildMap(options, world)
    const second = await buildMap({ ...options, full: true }, { ...world, nowMs: world.nowMs + 60_000 })
    expect(second.record.generation).not.toBe(first.record.generation)
    expect(existsSync(mapFolder(first))).toBe(false)
    const failing = buildMap({ ...options, cuts: { low: 1, high: Number.NaN } }, world)
    await expect(failing).rejects.toBeInstanceOf(HipsBuildError)
    expect((await world.catalog.map('test/again'))?.generation).toBe(second.record.generation)
    expect(readFileSync(join(world.dataFolder, 'hips/test/again/properties'), 'utf8')).toContain(
      'hips_order           = 6',
    )
    expect(readdirSync(join(world.dataFolder, 'hips')).filter((name) => name.startsWith('.building'))).toEqual([])
  })

  it.each(['', '../up', 'a/../b', 'a//b', '/a', 'a/Norder3', 'public', 'a b', 'a/b/c/d/e/f/g', 'test/r/below'])(
    'takes no map named %j',
    async (map) => {
      await expect(buildMap({ map, from: ['sky'], threads: 1, order: 5 }, world)).rejects.toMatchObject({
        code: 'bad-name',
      })
    },
  )

  it('names the image that cannot be read', async () => {
    const path = writeSkyImage(join(folder, 'sound.fits'), {
      ...CENTRE,
      width: 64,
      height: 64,
      scaleArcsec: 60,
      value: slope,
    })
    const source = memorySource('sound', new Uint8Array(readFileSync(path)))
    const [hdu] = await readHdus(source)
    const raw = await readWindow(source, hdu, { x0: 0, y0: 0, x1: 64, y1: 64 })
    const options = { algorithm: 'GZIP_2', runtime: nodeRuntime } as const
    const torn = compressedImageHduBytes(imageHeader(hdu), raw, options)
    const primary = imageHduBytes(
      new FitsHeader(),
      { ...raw, width: 0, height: 0, data: new Float32Array() },
      { primary: true },
    )
    torn.fill(0, torn.length - 5760)
    writeFileSync(join(folder, 'torn.fits'), Buffer.concat([primary, torn]))
    const broken = await mapWorld([{ path: join(folder, 'torn.fits'), collection: 'torn' }])
    const failed = await buildMap({ map: 'a', from: ['torn'], threads: 1, order: 5 }, broken).catch(
      ({ message }) => message,
    )
    await broken.close()
    expect(failed).toMatch(/^torn\.fits: /)
  })

  it('says which collections and bands there are', async () => {
    const refused = (from: string, band?: string) =>
      buildMap({ map: 'test/x', from: [from], band, threads: 1 }, world).catch(({ message }) => message)
    expect(await refused('skye')).toBe('there is no collection skye, only sky, weighted')
    expect(await refused('sky', 'z')).toBe('sky has no image of band z, only of r')
  })

  it.each([
    [{ order: 2 }, 'bad-option'],
    [{ order: 30 }, 'bad-option'],
    [{ order: 6, publicOrder: 7 }, 'bad-option'],
    [{ from: ['nothing'] }, 'bad-option'],
    [{ from: ['sky', 'nothing'] }, 'bad-option'],
    [{ band: 'z' }, 'bad-option'],
  ])('refuses %j', async (options, code) => {
    await expect(buildMap({ map: 'test/x', from: ['sky'], threads: 1, ...options }, world)).rejects.toMatchObject({
      code,
    })
  })
})
