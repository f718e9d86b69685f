// Floats of a tile to integers (FITS 4.0 §10.2; White & Greenfield 1999): steps of sigma / q, dithered so that means of
// many pixels stay true. Tiles without noise, or with too wide a range, are not quantised.

import { ditherWalk, takeDither } from './dither.ts'
import { estimateNoise } from './noise.ts'
import { NULL_VALUE, ZERO_VALUE } from './unquantize.ts'

export interface QuantizedTile {
  readonly stored: Int32Array
  readonly scale: number
  readonly zero: number
}

/** Integers next to the smallest that keep their own meaning (NaN, exact zero). */
const RESERVED = 10
const INT_MAX = 2147483647

const round = (x: number) => (x >= 0 ? Math.trunc(x + 0.5) : Math.trunc(x - 0.5))

/** undefined: the tile is to be kept losslessly. `level` is sigma over step; negative = minus the step itself. */
export function quantizeTile(
  pixels: Float32Array | Float64Array,
  width: number,
  height: number,
  level: number,
  dither: 'NO_DITHER' | 'SUBTRACTIVE_DITHER_1' | 'SUBTRACTIVE_DITHER_2',
  ditherSeed: number,
  tile: number,
): QuantizedTile | undefined {
  const count = width * height
  if (count <= 1) return undefined
  for (let i = 0; i < count; i++) if (Math.abs(pixels[i]) === Number.POSITIVE_INFINITY) return undefined
  const { min, max, good, sigma } = estimateNoise(pixels, width, height)
  const scale = level < 0 ? -level : sigma / level
  if (!(scale > 0) || (max - min) / scale > 2 * INT_MAX - RESERVED) return undefined
  const holes = good < count
  let zero: number
  if (holes || dither === 'SUBTRACTIVE_DITHER_2') zero = min - scale * (NULL_VALUE + RESERVED)
  else if ((max - min) / scale < INT_MAX - RESERVED) zero = Math.trunc(min / scale + 0.5) * scale
  else zero = (min + max) / 2
  const stored = new Int32Array(count)
  if (dither === 'NO_DITHER') for (let i = 0; i < count; i++) stored[i] = round((pixels[i] - zero) / scale)
  else {
    const random = new Float32Array(count)
    takeDither(ditherWalk(tile, ditherSeed), random, count)
    for (let i = 0; i < count; i++) stored[i] = round((pixels[i] - zero) / scale + random[i] - 0.5)
    if (dither === 'SUBTRACTIVE_DITHER_2') for (let i = 0; i < count; i++) if (pixels[i] === 0) stored[i] = ZERO_VALUE
  }
  if (holes) for (let i = 0; i < count; i++) if (Number.isNaN(pixels[i])) stored[i] = NULL_VALUE
  return { stored, scale, zero }
}
