// preview.jpg, 256 pixels, north up: the map seen along its middle, taken from the pictures of the order that fits.

import { existsSync, readFileSync } from 'node:fs'
import sharp from 'sharp'
import { hash, splitCell } from '#src/healpix'
import { pixelScaleDeg } from '#src/hips'
import { radToDeg } from '#src/sky'
import { MIN_ORDER } from './plan.ts'
import { TILE_WIDTH, type TileFormat } from './recipe.ts'
import { tileFile } from './tile-files.ts'
import { tangent, type View } from './view.ts'

const SIDE = 256
/** Orders between a tile and its pixels: 512 = 2^9. */
const TILE_ORDERS = Math.log2(TILE_WIDTH)

/** `deepest`: the deepest order whose tiles are on disk. */
export async function previewJpeg(
  folder: string,
  view: View,
  deepest: number,
  format: TileFormat = 'png',
): Promise<Buffer> {
  const stepRad = view.fovRad / SIDE
  let order = MIN_ORDER
  while (order < deepest && pixelScaleDeg(order, TILE_WIDTH) > radToDeg(stepRad)) order++

  const tiles = new Map<number, Buffer | undefined>()
  const tile = async (npix: number) => {
    if (!tiles.has(npix)) {
      const file = tileFile(folder, { order, npix, format })
      tiles.set(
        npix,
        existsSync(file)
          ? await sharp(readFileSync(file)).ensureAlpha().toColourspace('srgb').raw().toBuffer()
          : undefined,
      )
    }
    return tiles.get(npix)
  }
  const pixels = Buffer.alloc(SIDE * SIDE * 3)
  const cell = new Int32Array(3)
  for (let row = 0; row < SIDE; row++)
    for (let column = 0; column < SIDE; column++) {
      const { lonRad, latRad } = tangent(view, (SIDE / 2 - 0.5 - column) * stepRad, (SIDE / 2 - 0.5 - row) * stepRad)
      const pixel = hash(order + TILE_ORDERS, lonRad, latRad)
      const npix = Math.floor(pixel / 4 ** TILE_ORDERS)
      const rgba = await tile(npix)
      if (!rgba) continue
      splitCell(order + TILE_ORDERS, pixel, cell)
      // In a PNG tile the row is the cell's x, the column its y.
      const from = 4 * ((cell[1] % TILE_WIDTH) * TILE_WIDTH + (cell[2] % TILE_WIDTH))
      if (rgba[from + 3] > 0) rgba.copy(pixels, 3 * (row * SIDE + column), from, from + 3)
    }
  return sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .jpeg({ quality: 88 })
    .toBuffer()
}
