import type { Runtime } from '#src/runtime'
import { FitsError } from './errors.ts'
import type { FitsHeader } from './header.ts'
import type { RawImage } from './pixels.ts'

export interface CompressOptions {
  readonly algorithm: 'RICE_1' | 'GZIP_2'
  /** Noise over quantisation step, for floats under RICE_1 (default 4). */
  readonly quantizeLevel?: number
  readonly dither?: 'NO_DITHER' | 'SUBTRACTIVE_DITHER_1' | 'SUBTRACTIVE_DITHER_2'
  /** ZDITHER0, 1 to 10000 (default 1). */
  readonly ditherSeed?: number
  /** Tile width and height (default: a row). */
  readonly tile?: readonly [number, number]
  readonly name?: string
  readonly runtime?: Runtime
}

/** A whole tile-compressed image HDU (an extension). */
export function compressedImageHduBytes(_header: FitsHeader, _raw: RawImage, _options: CompressOptions): Uint8Array {
  throw new FitsError('unsupported', 'writing compressed images is not written yet')
}
