// A photographic plate that others cut out and others made tiles of: ours show the same sky, in the same orientation.

import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { afterAll, describe, expect, it } from 'vitest'
import { buildMap } from '../../../origin/hips/build.ts'
import { tileFile } from '../../../origin/hips/tile-files.ts'
import { mapFolder } from '../../support/map-tree.ts'
import { type MapWorld, mapWorld } from '../../support/map-world.ts'
import { shared, sharedFile } from '../../support/optional.ts'

const PLATE = 'data/sky/dss/HorseHead.fits'
const THEIRS = 'data/sky/hips/DSS2_color'
/** The tile of order 5 that holds the whole plate: 70 of its pixels across. */
const ADDRESS = { order: 5, npix: 5713, format: 'png' } as const
const SIDE = 512
const plate = sharedFile(PLATE)
let world: MapWorld

afterAll(async () => {
  await world?.close()
})

interface Patch {
  readonly side: number
  /** NaN where undefined. */
  readonly values: Float64Array
}

/** The eight ways in which a square may lie. */
const TURNS = Array.from({ length: 8 }, (_, way) => ({ side, values }: Patch): Patch => {
  const turned = new Float64Array(values.length)
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const [a, b] = way & 4 ? [y, x] : [x, y]
      turned[(way & 2 ? side - 1 - b : b) * side + (way & 1 ? side - 1 - a : a)] = values[y * side + x]
    }
  return { side, values: turned }
})

function correlation(a: Patch, b: Patch): number {
  const both = [...a.values.keys()].filter((i) => !Number.isNaN(a.values[i] + b.values[i]))
  const mean = (of: Patch) => both.reduce((sum, i) => sum + of.values[i], 0) / both.length
  const [meanA, meanB] = [mean(a), mean(b)]
  let [ab, aa, bb] = [0, 0, 0]
  for (const i of both) {
    const [da, db] = [a.values[i] - meanA, b.values[i] - meanB]
    ab += da * db
    aa += da * da
    bb += db * db
  }
  return ab / Math.sqrt(aa * bb)
}

/** The first channel of a picture, undefined where it is transparent. */
async function redOf(file: string): Promise<Float64Array> {
  const rgba = await sharp(readFileSync(file)).ensureAlpha().toColourspace('srgb').raw().toBuffer()
  return Float64Array.from({ length: SIDE * SIDE }, (_, i) => (rgba[4 * i + 3] > 0 ? rgba[4 * i] : Number.NaN))
}

const cut = (values: Float64Array, x0: number, y0: number, side: number): Patch => ({
  side,
  values: Float64Array.from(
    { length: side * side },
    (_, i) => values[(y0 + Math.floor(i / side)) * SIDE + x0 + (i % side)],
  ),
})

describe.skipIf(!plate.found)(plate.says('a tile of a real plate'), () => {
  it('shows what the tile of CDS shows, and lies in it as it does', { timeout: 30_000 }, async () => {
    world = await mapWorld([{ path: shared(PLATE), collection: 'dss' }])
    const built = await buildMap({ map: 'dss/red', from: ['dss'], threads: 2, stretch: 'linear' }, world)
    const ours = await redOf(tileFile(mapFolder(world.dataFolder, built), ADDRESS))
    const theirs = await redOf(tileFile(shared(THEIRS), { ...ADDRESS, format: 'jpg' }))
    const defined = [...ours.keys()].filter((i) => !Number.isNaN(ours[i]))
    const [xs, ys] = [defined.map((i) => i % SIDE), defined.map((i) => Math.floor(i / SIDE))]
    const [x0, y0] = [Math.min(...xs), Math.min(...ys)]
    const side = Math.min(Math.max(...xs) - x0, Math.max(...ys) - y0) + 1
    expect(side).toBeGreaterThan(60)
    const [found, ...otherwise] = TURNS.map((turn) =>
      correlation(turn(cut(ours, x0, y0, side)), cut(theirs, x0, y0, side)),
    )
    expect(found).toBeGreaterThan(0.98)
    for (const other of otherwise) expect(other).toBeLessThan(0.8)
    // Nor does it lie a pixel beside.
    for (const [dx, dy] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ])
      expect(correlation(cut(ours, x0, y0, side), cut(theirs, x0 + dx, y0 + dy, side))).toBeLessThan(found)
  })
})
