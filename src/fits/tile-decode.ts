// One tile's bytes to its stored pixels, by the algorithm or the fall-back column that holds it (FITS 4.0 §10.3-10.4).

import type { Runtime } from '#src/runtime'
import { gunzipWords, unshuffle } from './compress/gzip.ts'
import { hcompressDecode } from './compress/hcompress.ts'
import { plioDecode } from './compress/plio.ts'
import { riceCheckLength, riceDecode } from './compress/rice.ts'
import { FitsError } from './errors.ts'
import { MAX_DENSE_TILE_PIXELS, MAX_TILE_PIXELS } from './limits.ts'
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

/** Kept between tiles unless it is a large one. */
const MAX_KEPT = 1 << 22
let scratch = new Int32Array(1 << 14)

function scratchOf(count: number, most = MAX_TILE_PIXELS): Int32Array {
  if (count > most)
    throw new FitsError('too-large', `a tile of this kind may hold ${most} pixels, this one holds ${count}`)
  if (count > MAX_KEPT) return new Int32Array(count)
  if (scratch.length < count) scratch = new Int32Array(count)
  return scratch
}

/** The answer may live in a scratch array: use it before the next call. */
export function decodeTile(tile: TileBytes, tiles: TileLayout, image: ImageShape, runtime: Runtime): TilePixels {
  const { bitpix } = image
  const count = tile.shape.reduce((product, length) => product * length, 1)
  const quantized = tiles.quantization !== 'none'
  if (tile.coding === TILE_GZIP)
    return { quantized: false, data: gzipPixels(tile.bytes, count, bitpix, false, runtime) }
  if (tile.coding !== TILE_CODED || tiles.algorithm === 'NOCOMPRESS') {
    // Quantised integers may stand uncompressed too, but only in the column of coded tiles.
    const integers = quantized && tile.coding === TILE_CODED
    const kind = integers ? 32 : bitpix
    const length = count * bytesPerPixel(kind)
    if (tile.bytes.length !== length)
      throw new FitsError(
        'bad-data',
        `an uncompressed tile of ${count} pixels has ${length} bytes, got ${tile.bytes.length}`,
      )
    return { quantized: integers, data: words(new Uint8Array(tile.bytes), bytesPerPixel(kind), kind, runtime) }
  }
  if (bitpix < 0 && !quantized && !tiles.algorithm.startsWith('GZIP'))
    throw new FitsError('bad-header', `floats under ${tiles.algorithm} need ZSCALE and ZZERO, which this table lacks`)
  switch (tiles.algorithm) {
    case 'RICE_1': {
      riceCheckLength(tile.bytes, tiles.riceBytes, tiles.riceBlock, tile.wanted)
      const out = scratchOf(tile.wanted)
      riceDecode(tile.bytes, tiles.riceBytes, tiles.riceBlock, out, tile.wanted)
      return { quantized, data: out }
    }
    case 'GZIP_1':
    case 'GZIP_2': {
      const kind = quantized ? 32 : bitpix
      return { quantized, data: gzipPixels(tile.bytes, count, kind, tiles.algorithm === 'GZIP_2', runtime) }
    }
    case 'PLIO_1': {
      const out = scratchOf(count, MAX_DENSE_TILE_PIXELS)
      plioDecode(tile.bytes, out, count)
      // Pixel lists hold no negative numbers: unsigned 16-bit pixels are in them as such, not less BZERO.
      if (bitpix === 16 && image.bzero === 32768) for (let i = 0; i < count; i++) out[i] -= 32768
      return { quantized, data: out }
    }
    case 'HCOMPRESS_1': {
      const [width, height = 1, ...deeper] = tile.shape
      if (deeper.some((length) => length > 1))
        throw new FitsError('unsupported', `HCOMPRESS_1 tiles are flat, got ${tile.shape.join(' x ')}`)
      const out = scratchOf(count, MAX_DENSE_TILE_PIXELS)
      hcompressDecode(tile.bytes, tiles.smooth !== 0, width, height, out)
      return { quantized, data: out }
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
  if (bytes.byteOffset % width !== 0) bytes = new Uint8Array(bytes)
  swapInPlace(bytes, width, runtime)
  const kind = bitpix > 0 ? ((width * 8) as Bitpix) : bitpix
  return pixelsOver(kind, bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length / width)
}
