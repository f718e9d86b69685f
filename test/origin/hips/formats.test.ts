import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allskyPath, checkCodeOf, parseProperties, parseTilePath } from '#src/hips'
import { buildBands } from '../../../origin/hips/bands.ts'
import { type BuildResult, buildMap } from '../../../origin/hips/build.ts'
import { TileMaker } from '../../../origin/hips/materialise.ts'
import { removeMap } from '../../../origin/hips/remove.ts'
import { Threads } from '../../../origin/hips/threads.ts'
import { mapFolder, treeOf } from '../../support/map-tree.ts'
import { type MapWorld, mapWorld } from '../../support/map-world.ts'
import { CENTRE, slope, writeSkyImage } from '../../support/sky-image.ts'

let folder: string
let world: MapWorld
let threads: Threads
const EVERY = ['png', 'fits', 'webp', 'jpg'] as const

const read = (result: BuildResult, name: string) => readFileSync(join(mapFolder(world.dataFolder, result), name))
const picture = (bytes: Uint8Array) => sharp(bytes).ensureAlpha().toColourspace('srgb').raw().toBuffer()
const tiles = (result: BuildResult) => Object.keys(treeOf(mapFolder(world.dataFolder, result))).filter(parseTilePath)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skyedge-formats-'))
  threads = new Threads(2)
  const common = { ...CENTRE, width: 100, height: 100, scaleArcsec: 16 }
  const images = ['g', 'r', 'i'].map((band, k) => ({
    collection: 'sky',
    band,
    path: writeSkyImage(join(folder, `${band}.fits`), { ...common, value: (place) => slope(place) * (1 + k / 4) }),
  }))
  world = await mapWorld(images)
})

afterAll(async () => {
  await threads?.close()
  await world?.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('a map in several formats', () => {
  it('shows the same in each, names them by their words, and counts them in its codes', async () => {
    const result = await buildMap(
      { map: 'sky/r', from: ['sky'], band: 'r', formats: EVERY, encoding: { webp: 'lossless' }, threads },
      world,
    )
    const named = tiles(result).filter((name) => name.endsWith('.png'))
    expect(tiles(result).length).toBe(4 * named.length)
    for (const name of [...named, allskyPath(3, 'png')]) {
      const png = await picture(read(result, name))
      const webp = await picture(read(result, name.replace(/png$/, 'webp')))
      const jpg = await picture(read(result, name.replace(/png$/, 'jpg')))
      let [differ, worst] = [0, 0]
      for (let i = 0; i < png.length; i += 4) {
        // Nobody sees the colour of what is transparent.
        if (png[i + 3] !== webp[i + 3] || (png[i + 3] > 0 && png[i] !== webp[i])) differ++
        worst = Math.max(worst, Math.abs(png[i] - jpg[i]))
      }
      expect(differ, name).toBe(0)
      expect(worst, name).toBeLessThan(60)
    }
    const properties = parseProperties(read(result, 'properties').toString())
    expect(properties.get('hips_tile_format')).toBe('png fits webp jpeg')
    const stored = Object.keys(treeOf(mapFolder(world.dataFolder, result))).map((path) => ({
      path,
      sizeBytes: read(result, path).length,
    }))
    expect(properties.get('hips_check_code')).toBe(checkCodeOf(['png', 'fits', 'webp', 'jpeg'], stored))
  })

  it('has WEBP tiles on demand that are those of the build', async () => {
    const options = { from: ['sky'], band: 'r', formats: ['fits', 'webp'] as const, threads }
    const whole = await buildMap({ ...options, map: 'sky/whole', encoding: { webp: 60 } }, world)
    const lazy = await buildMap({ ...options, map: 'sky/lazy', encoding: { webp: 60 }, skipDeepest: true }, world)
    const maker = new TileMaker({ catalog: world.catalog, dataFolder: world.dataFolder, threads })
    const deepest = tiles(whole).filter(
      (name) => parseTilePath(name)?.order === whole.record.order && name.endsWith('webp'),
    )
    expect(deepest.length).toBeGreaterThan(0)
    for (const name of deepest) {
      const { order, npix } = parseTilePath(name) as { order: number; npix: number }
      expect(
        Buffer.compare(Buffer.from((await maker.make(lazy.record, order, npix, 'webp')) ?? []), read(whole, name)),
      ).toBe(0)
    }
  })
})

describe('every band of a collection', () => {
  it('becomes a map by one command, and three of them one in colour, in every kind of picture', async () => {
    const results = await buildBands(
      { prefix: 'all', from: ['sky'], color: ['g', 'r', 'i'], formats: ['png', 'fits', 'webp'], threads },
      world,
    )
    expect(results.map(({ record }) => record.map).sort()).toEqual(['all/color', 'all/g', 'all/i', 'all/r'])
    const colour = results[results.length - 1]
    expect(colour.record.formats).toEqual(['png', 'webp'])
    const { channels } = await sharp(read(colour, allskyPath(3, 'webp'))).metadata()
    expect(channels).toBe(4)
    await expect(
      buildBands({ prefix: 'all', from: ['sky'], color: ['g', 'r', 'z'], threads }, world),
    ).rejects.toMatchObject({
      code: 'bad-option',
      message: 'there is no image of band z, only of g, i, r',
    })
  })

  it('is gone with its tiles when it is removed', async () => {
    const hips = join(world.dataFolder, 'hips')
    expect(await removeMap('all/g', world.catalog, hips)).toEqual({ map: 'all/g', usedBy: ['all/color'] })
    for (const band of ['r', 'i', 'color']) await removeMap(`all/${band}`, world.catalog, hips)
    expect(await world.catalog.map('all/g')).toBeUndefined()
    expect(Object.keys(treeOf(hips)).filter((name) => name.startsWith('all'))).toEqual([])
    await expect(removeMap('all/g', world.catalog, hips)).rejects.toMatchObject({ code: 'no-such-map' })
    await expect(removeMap('../all', world.catalog, hips)).rejects.toMatchObject({ code: 'bad-name' })
  })
})
