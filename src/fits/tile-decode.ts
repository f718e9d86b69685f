// One tile's bytes to its stored pixels, by the algorithm or the fall-back column that holds it (FITS 4.0 §10.3-10.4).

import type { Runtime } from '#src/runtime'
import { gunzipWords, unshuffle } from './compress/gzip.ts'
import { hcompressDecode } from './compress/hcompress.ts'
import { plioDecode } from './compress/plio.ts'
import { riceDecode } from './compress/rice.ts'
import { FitsError } from './errors.ts'
import { type Bitpix, bytesPerPixel, type ImageShape, type PixelArray, pixelsOver, swapInPlace } from './pixels.ts'
import { TILE_CODED, TILE_GZIP } from './tile-index.ts'
import type { TileLayout } from './tile-layout.ts'

export interface TileBytes {
  readonly bytes: Uint8Array
  readonly coding: number
  /** Pixels of the whole tile along each axis. */
  readonly shape: readonly number[]
  /** Pixels that are wanted, from the first: what lies behind may stay undecoded. */
  readonly wanted: number
}

/** Decoded pixels: `quantized` integers still need their scale, others are stored values of the image. */
export interface TilePixels {
  readonly quantized: boolean
  readonly data: PixelArray
}

let scratch = new Int32Array(1 << 14)

/** The answer may live in a scratch array: use it before the next call. */
export function decodeTile(tile: TileBytes, tiles: TileLayout, image: ImageShape, runtime: Runtime): TilePixels {
  const { bitpix } = image
  const count = tile.shape.reduce((product, length) => product * length, 1)
  const quantized = tiles.quantization !== 'none'
  if (tile.coding === TILE_GZIP)
    return { quantized: false, data: gzipPixels(tile.bytes, count, bitpix, false, runtime) }
  if (tile.coding !== TILE_CODED || tiles.algorithm === 'NOCOMPRESS') {
    const length = count * bytesPerPixel(bitpix)
    if (tile.bytes.length !== length)
      throw new FitsError(
        'bad-data',
        `an uncompressed tile of ${count} pixels has ${length} bytes, got ${tile.bytes.length}`,
      )
    return { quantized: false, data: words(tile.bytes.slice(), bytesPerPixel(bitpix), bitpix, runtime) }
  }
  switch (tiles.algorithm) {
    case 'RICE_1': {
      if (bitpix < 0 && !quantized)
        throw new FitsError('bad-header', 'floats under RICE_1 need ZSCALE and ZZERO, which this table lacks')
      if (scratch.length < tile.wanted) scratch = new Int32Array(tile.wanted)
      riceDecode(tile.bytes, tiles.riceBytes, tiles.riceBlock, scratch, tile.wanted)
      return { quantized, data: scratch }
    }
    case 'GZIP_1':
    case 'GZIP_2': {
      const kind = quantized ? 32 : bitpix
      return { quantized, data: gzipPixels(tile.bytes, count, kind, tiles.algorithm === 'GZIP_2', runtime) }
    }
    case 'PLIO_1': {
      if (scratch.length < count) scratch = new Int32Array(count)
      plioDecode(tile.bytes, scratch, count)
      // Pixel lists hold no negative numbers: unsigned 16-bit pixels are in them as such, not less BZERO.
      if (bitpix === 16 && image.bzero === 32768) for (let i = 0; i < count; i++) scratch[i] -= 32768
      return { quantized, data: scratch }
    }
    case 'HCOMPRESS_1': {
      if (scratch.length < count) scratch = new Int32Array(count)
      const [width, height = 1, ...deeper] = tile.shape
      if (deeper.some((length) => length > 1))
        throw new FitsError('unsupported', `HCOMPRESS_1 tiles are flat, got ${tile.shape.join(' x ')}`)
      hcompressDecode(tile.bytes, tiles.smooth !== 0, width, height, scratch)
      return { quantized, data: scratch }
    }
    default:
      throw new FitsError('unsupported', `ZCMPTYPE "${tiles.algorithm}" is no compression of FITS 4.0`)
  }
}

/** Integers may have been written narrower or wider than the image's own words: the inflated length tells. */
function gzipPixels(bytes: Uint8Array, count: number, bitpix: Bitpix, shuffled: boolean, runtime: Runtime): PixelArray {
  const own = bytesPerPixel(bitpix)
  const widths = bitpix > 0 && bitpix < 64 ? [own, ...[4, 2, 1].filter((width) => width !== own)] : [own]
  const inflated = gunzipWords(bytes, count, widths, runtime)
  const plain = shuffled && inflated.width > 1 ? unshuffle(inflated.bytes, inflated.width) : inflated.bytes
  return words(plain, inflated.width, bitpix, runtime)
}

function words(bytes: Uint8Array, width: number, bitpix: Bitpix, runtime: Runtime): PixelArray {
  if (bytes.byteOffset % width !== 0) bytes = bytes.slice()
  swapInPlace(bytes, width, runtime)
  const kind = bitpix > 0 ? ((width * 8) as Bitpix) : bitpix
  return pixelsOver(kind, bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length / width)
}
