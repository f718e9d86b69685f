// Norder3/Allsky: the tiles of order 3 at an eighth, side by side (HiPS 1.0 §4.3.2). Assembled bottom row first, as
// every plane is here; PNG turns it over when written.

import { FitsHeader, imageHduBytes } from '#src/fits'
import { allskyLayout } from '#src/hips'
import { makePlane, type Plane } from '#src/image'
import { nodeRuntime } from '../runtime.ts'
import type { Encoding, TileFormat } from './recipe.ts'
import { floatImage, pictureTile } from './tile-bytes.ts'
import type { TileDone } from './work.ts'

const LAYOUT = allskyLayout(3)
const { side: SIDE, width: WIDTH, height: HEIGHT } = LAYOUT

type Small = readonly Pick<TileDone, 'npix' | 'small'>[]

/** Calls back for each row of a small tile: the row's first value in the tile, and its place in the whole. */
function placeRows(npix: number, row: (from: number, to: number) => void): void {
  const { x, bottom } = LAYOUT.placeFits(npix)
  for (let j = 0; j < SIDE; j++) row(j * SIDE, (bottom + j) * WIDTH + x)
}

export function allskyPicture(
  format: Exclude<TileFormat, 'fits'>,
  tiles: Small,
  channels: 2 | 4,
  encoding?: Encoding,
): Promise<Uint8Array> {
  const pixels = new Uint8Array(WIDTH * HEIGHT * channels)
  for (const { npix, small } of tiles) {
    if (!small) continue
    placeRows(npix, (from, to) =>
      pixels.set(small.pixels.subarray(from * channels, (from + SIDE) * channels), to * channels),
    )
  }
  return pictureTile(format, pixels, channels, encoding, WIDTH, HEIGHT)
}

export function allskyFits(tiles: Small): Uint8Array {
  const plane: Plane = makePlane(WIDTH, HEIGHT)
  for (const { npix, small } of tiles) {
    const values = small?.values
    if (values) placeRows(npix, (from, to) => plane.data.set(values.subarray(from, from + SIDE), to))
  }
  const header = new FitsHeader()
  return imageHduBytes(header, floatImage(plane), { primary: true, runtime: nodeRuntime })
}
