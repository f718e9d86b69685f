import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseTilePath } from '#src/hips'
import type { Product } from '../../../origin/catalog/store.ts'
import { type BuildOptions, type BuildResult, buildMap } from '../../../origin/hips/build.ts'
import { buildColourMap } from '../../../origin/hips/colour.ts'
import { TileMaker } from '../../../origin/hips/materialise.ts'
import { Threads } from '../../../origin/hips/threads.ts'
import { DATED, mapFolder, treeOf } from '../../support/map-tree.ts'
import { type MapWorld, mapWorld } from '../../support/map-world.ts'
import { writeSkyImage } from '../../support/sky-image.ts'

const MINUTE = 60_000
let folder: string
let world: MapWorld
let threads: Threads
let clock: number
const options: BuildOptions = { map: 'grow/r', from: ['fields'], band: 'r' }

const build = (changes: Partial<BuildOptions> = {}) =>
  buildMap({ ...options, threads, ...changes }, { ...world, nowMs: (clock += MINUTE) })
const files = (result: BuildResult) => treeOf(mapFolder(world.dataFolder, result), DATED)
const tilesOf = (result: BuildResult) => Object.keys(files(result)).filter((name) => parseTilePath(name))
const inode = (result: BuildResult, name: string) => {
  const { ino, mtimeMs } = statSync(join(mapFolder(world.dataFolder, result), name))
  return `${ino} ${mtimeMs}`
}
const inodes = (result: BuildResult) => new Map(tilesOf(result).map((name) => [name, inode(result, name)]))

/** Another map of the same images, made from nothing. */
const anew = async (result: BuildResult, changes: Partial<BuildOptions> = {}) => {
  const before = files(result)
  const whole = await build({ full: true, ...changes })
  return { before, whole: files(whole) }
}

async function product(name: string): Promise<Product & { planes: never }> {
  const found = (await world.catalog.productsIn('fields')).find(({ productId }) => productId === `fields-${name}-fits`)
  const path = join(folder, `${name}.fits`)
  return { ...found, planes: [{ role: 'image', path, hdu: 0 }] } as never
}

const image = (name: string, raDeg: number, band = 'r') => ({
  collection: 'fields',
  band,
  path: writeSkyImage(join(folder, `${name}.fits`), {
    raDeg,
    decDeg: -30,
    width: 100,
    height: 100,
    scaleArcsec: 12,
    value: (_, x, y) => (x * 31 + y * 17) % 97,
  }),
})

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skyedge-update-'))
  threads = new Threads(2)
  // East and middle overlap; west is far away.
  const bands = ['g', 'i'].flatMap((band) => [image(`${band}-east`, 40.1, band), image(`${band}-west`, 70, band)])
  world = await mapWorld([image('east', 40.1), image('middle', 40), image('west', 70), ...bands])
  clock = world.nowMs
})

afterAll(async () => {
  await threads?.close()
  await world?.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('a map built again', () => {
  it('is the one before when nothing has changed', async () => {
    const first = await build()
    const again = await build()
    expect(again).toMatchObject({ upToDate: true, remade: 0, tiles: first.tiles, record: first.record })
    expect((await build({ title: 'another' })).record.generation).not.toBe(first.record.generation)
  })

  it('makes only the tiles that a removed image touched, and their ancestors', async () => {
    const first = await build()
    const before = inodes(first)
    await world.catalog.change({ products: [{ ...(await product('middle')), rights: embargoed }] })
    const second = await build()
    const after = inodes(second)
    const remade = [...after].filter(([name, id]) => before.get(name) !== id).map(([name]) => name)
    expect(second.remade).toBe(remade.length)
    expect(remade.length).toBeGreaterThan(4)
    expect(remade.length).toBeLessThan(after.size - 4)
    expect(second.leftOut).toBe(1)
    const { before: updated, whole } = await anew(second)
    expect(updated).toEqual(whole)
    await world.catalog.change({
      products: [{ ...(await product('middle')), rights: { access: 'public', release: 'dr1' } }],
    })
    const third = await build()
    expect(third.remade).toBeLessThan(third.tiles)
    expect(files(third)).toEqual((await anew(third)).whole)
  })

  it('takes a replaced image, and says how it was asked to show it before', async () => {
    const first = await build()
    const west = await product('west')
    writeSkyImage(join(folder, 'west.fits'), {
      raDeg: 70,
      decDeg: -30,
      width: 100,
      height: 100,
      scaleArcsec: 12,
      value: () => 5000,
    })
    const { size, mtimeMs, ctimeMs } = statSync(join(folder, 'west.fits'))
    const [plane] =
      (await world.catalog.productsIn('fields', { band: 'r' })).find(({ productId }) => productId.includes('west'))
        ?.planes ?? []
    const file = await world.catalog.file(plane.fileId)
    if (!file) throw new Error('the image has no file')
    await world.catalog.change({
      files: [{ ...file, sizeBytes: size, mtimeMs, ctimeMs, digest: 'new' }],
      products: [{ ...west, generation: 'g2' }],
    })
    const second = await build()
    expect(second).toMatchObject({ keptCuts: true, record: { pixelCut: first.record.pixelCut } })
    expect(second.remade).toBeGreaterThan(0)
    expect(second.remade).toBeLessThan(second.tiles)
    const { before, whole } = await anew(second)
    expect(before).toEqual(whole)
    const cut = await build({ cuts: 'auto' })
    expect(cut.record.pixelCut).not.toEqual(first.record.pixelCut)
    expect(cut.remade).toBe(cut.tiles)
  })

  it('shows everybody no more than before, until that is said', async () => {
    const map = 'grow/shy'
    const shy = await build({ map, publicOrder: 4 })
    expect((await build({ map, title: 'again' })).record.publicOrder).toBe(4)
    expect((await build({ map, publicOrder: shy.record.order })).record.publicOrder).toBe(shy.record.order)
  })

  it('keeps tiles that were made on demand and are still right', async () => {
    const lazy = await build({ map: 'grow/lazy', skipDeepest: true })
    const maker = new TileMaker({ catalog: world.catalog, dataFolder: world.dataFolder, threads })
    const moc = JSON.parse(lazy.record.moc)[lazy.record.order] as number[]
    for (const npix of moc) await maker.make(lazy.record, lazy.record.order, npix, 'png')
    await world.catalog.change({ products: [{ ...(await product('east')), generation: 'g3' }] })
    const second = await build({ map: 'grow/lazy', skipDeepest: true })
    const deepest = tilesOf(second).filter((name) => parseTilePath(name)?.order === lazy.record.order)
    expect(deepest.length).toBeGreaterThan(0)
    expect(deepest.length).toBeLessThan(moc.length)
  })

  it('whose colours follow from its bands remakes the colours of what they remade', async () => {
    for (const band of ['r', 'g', 'i']) await build({ map: `grow/${band}`, band })
    const colour = () =>
      buildColourMap({ map: 'grow/color', from: ['fields'], threads }, ['grow/g', 'grow/r', 'grow/i'], {
        ...world,
        nowMs: (clock += MINUTE),
      })
    const first = await colour()
    expect(first.remade).toBe(first.tiles)
    await world.catalog.change({ products: [{ ...(await product('west')), rights: embargoed }] })
    await build()
    const second = await colour()
    expect(second.remade).toBeGreaterThan(0)
    expect(second.remade).toBeLessThan(second.tiles)
    const updated = files(second)
    await world.catalog.removeMap('grow/color')
    expect(files(await colour())).toEqual(updated)
  })
})

const embargoed = { access: 'public', release: 'dr1', embargoUntilMs: Date.UTC(2030, 0, 1) } as const

describe('the statistics of a map', () => {
  it('say of each order what its tiles hold', async () => {
    const result = await build({ map: 'grow/statistics', formats: ['png', 'fits', 'webp'] })
    const { orders } = JSON.parse(readFileSync(join(mapFolder(world.dataFolder, result), 'statistics.json'), 'utf8'))
    const tiles = tilesOf(result)
    expect(orders.map(({ order }: { order: number }) => order)).toEqual(
      Array.from({ length: result.record.order + 1 }, (_, k) => k),
    )
    for (const { order, tiles: count, formats, skyFraction } of orders)
      for (const format of ['png', 'fits', 'webp']) {
        const own = tiles.filter((name) => name.startsWith(`Norder${order}/`) && name.endsWith(`.${format}`))
        const sizes = own.map((name) => statSync(join(mapFolder(world.dataFolder, result), name)).size)
        expect([count, formats[format].bytes]).toEqual([own.length, sizes.reduce((a, b) => a + b)])
        expect(skyFraction).toBeCloseTo(count / (12 * 4 ** order), 12)
        const { min, mean, max } = formats[format].pixels
        expect(min <= mean && mean <= max && min >= 0 && max <= (format === 'fits' ? 97 : 255)).toBe(true)
      }
  })
})
