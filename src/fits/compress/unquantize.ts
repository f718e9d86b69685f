// Integers of a quantised tile back to floats (FITS 4.0 §10.2.1-10.2.3): value = (stored - random + 0.5) * scale + zero
// in doubles, rounded once to the pixel's own width. Without dither: stored * scale + zero.

import { ditherWalk, takeDither } from './dither.ts'

/** Stored integer of an exact 0.0 under SUBTRACTIVE_DITHER_2. */
export const ZERO_VALUE = -2147483646
/** Stored integer of NaN where ZBLANK does not say otherwise. */
export const NULL_VALUE = -2147483647

export interface TileScale {
  readonly scale: number
  readonly zero: number
  /** Stored integer that means NaN. */
  readonly blank: number | undefined
  readonly dither: 'none' | 'NO_DITHER' | 'SUBTRACTIVE_DITHER_1' | 'SUBTRACTIVE_DITHER_2'
  readonly ditherSeed: number
  /** 0-based number of the tile: it seeds the dither. */
  readonly tile: number
}

let random = new Float32Array(4096)

/**
 * Some rows of a tile into a window: `rows` rows of `width` pixels, in the tile from pixel `from` and `tileStride`
 * apart, in `out` from `to` and `outStride` apart.
 */
export function unquantizeRows(
  stored: Int32Array,
  out: Float32Array | Float64Array,
  place: { from: number; tileStride: number; to: number; outStride: number; width: number; rows: number },
  { scale, zero, blank, dither, ditherSeed, tile }: TileScale,
): void {
  const { from, tileStride, to, outStride, width, rows } = place
  const dithered = dither === 'SUBTRACTIVE_DITHER_1' || dither === 'SUBTRACTIVE_DITHER_2'
  if (random.length < width) random = new Float32Array(width)
  for (let row = 0; row < rows; row++) {
    const a = from + row * tileStride
    const b = to + row * outStride
    if (dithered) {
      takeDither(ditherWalk(tile, ditherSeed, a), random, width)
      for (let i = 0; i < width; i++) out[b + i] = (stored[a + i] - random[i] + 0.5) * scale + zero
    } else for (let i = 0; i < width; i++) out[b + i] = stored[a + i] * scale + zero
    if (dither === 'SUBTRACTIVE_DITHER_2')
      for (let i = 0; i < width; i++) if (stored[a + i] === ZERO_VALUE) out[b + i] = 0
    if (blank !== undefined) for (let i = 0; i < width; i++) if (stored[a + i] === blank) out[b + i] = Number.NaN
  }
}
