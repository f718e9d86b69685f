// Norder3/Allsky: the 768 tiles of order 3 at 64 pixels, 27 in a row, in the order of their index from the top left
// (HiPS 1.0 §4.3.1). Assembled bottom row first, as every plane is here; PNG turns it over when written.

import { FitsHeader, imageHduBytes } from '#src/fits'
import { makePlane, type Plane } from '#src/image'
import { nodeRuntime } from '../runtime.ts'
import { floatImage, pngTile } from './tile-bytes.ts'
import type { TileDone } from './work.ts'

const ACROSS = 27
const DOWN = 29
const SIDE = 64

type Small = readonly Pick<TileDone, 'npix' | 'small'>[]

/** Calls back for each row of each small tile: the row's first value in the tile, and its place in the whole. */
function placeRows(npix: number, row: (from: number, to: number) => void): void {
  const left = (npix % ACROSS) * SIDE
  const bottom = (DOWN - 1 - Math.floor(npix / ACROSS)) * SIDE
  for (let j = 0; j < SIDE; j++) row(j * SIDE, (bottom + j) * ACROSS * SIDE + left)
}

export function allskyPng(tiles: Small, channels: 2 | 4): Uint8Array {
  const pixels = new Uint8Array(ACROSS * DOWN * SIDE * SIDE * channels)
  for (const { npix, small } of tiles) {
    if (!small) continue
    placeRows(npix, (from, to) =>
      pixels.set(small.pixels.subarray(from * channels, (from + SIDE) * channels), to * channels),
    )
  }
  return pngTile(pixels, channels, ACROSS * SIDE, DOWN * SIDE)
}

export function allskyFits(tiles: Small): Uint8Array {
  const plane: Plane = makePlane(ACROSS * SIDE, DOWN * SIDE)
  for (const { npix, small } of tiles) {
    const values = small?.values
    if (values) placeRows(npix, (from, to) => plane.data.set(values.subarray(from, from + SIDE), to))
  }
  const header = FitsHeader.parse(new Uint8Array(0))
  return imageHduBytes(header, floatImage(plane), { primary: true, runtime: nodeRuntime })
}
