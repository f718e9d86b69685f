import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildMap } from '../../../../origin/hips/build.ts'
import { buildColourMap } from '../../../../origin/hips/colour.ts'
import { TileMaker } from '../../../../origin/hips/materialise.ts'
import { packMap } from '../../../../origin/hips/pack/pack-map.ts'
import { Threads } from '../../../../origin/hips/threads.ts'
import { DATED, mapFolder, treeOf } from '../../../support/map-tree.ts'
import { type MapWorld, mapWorld } from '../../../support/map-world.ts'
import { writeSkyImage } from '../../../support/sky-image.ts'

const BANDS = ['g', 'r', 'i'] as const
let folder: string
let world: MapWorld
let threads: Threads

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skyedge-bands-'))
  threads = new Threads(2)
  const image = { raDeg: 40, decDeg: 20, width: 120, height: 100, scaleArcsec: 16 }
  const value = (k: number) => (_: unknown, x: number, y: number) => ((x * 31 + y * 17 + 7 * k) % 97) + 1
  const of = (band: string, k: number) => ({
    path: writeSkyImage(join(folder, `${band}.fits`), { ...image, value: value(k) }),
    collection: 'sky',
    band,
  })
  world = await mapWorld(BANDS.map(of))
  for (const band of BANDS) await buildMap({ map: `pack/${band}`, from: ['sky'], band, threads }, world)
})
afterAll(async () => {
  await threads?.close()
  await world?.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('a colour map of bands that are packed', () => {
  it('has the bytes that it has from their trees, also of tiles that are made later', async () => {
    const bands = BANDS.map((band) => `pack/${band}`) as [string, string, string]
    const options = { map: 'pack/tree', from: ['sky'], threads }
    const tree = await buildColourMap(options, bands, world)
    const lazy = await buildColourMap({ ...options, map: 'pack/lazy', skipDeepest: true }, bands, world)
    for (const map of bands) await packMap({ map }, { ...world, graceMs: 0 })
    const packed = await buildColourMap({ ...options, map: 'pack/packed' }, bands, world)
    const tiles = (result: typeof tree) =>
      Object.entries(treeOf(mapFolder(world.dataFolder, result), DATED)).filter(([name]) => name.startsWith('Norder'))
    expect(tiles(packed).length).toBeGreaterThan(5)
    expect(tiles(packed)).toEqual(tiles(tree))
    const { order, moc } = lazy.record
    const maker = new TileMaker({ ...world, threads })
    const [npix] = JSON.parse(moc)[order] as number[]
    expect(await maker.make(lazy.record, order, npix, 'png')).toBeDefined()
    const name = `Norder${order}/`
    const [made] = tiles(lazy).filter(([path]) => path.startsWith(name))
    expect(tiles(tree)).toContainEqual(made)
  })
})
