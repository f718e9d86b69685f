// Writing tile-compressed images whole (FITS 4.0 §10): RICE_1 for integers and quantised floats, GZIP_2 without loss.

import { portableRuntime, type Runtime } from '#src/runtime'
import type { Card } from './card.ts'
import { shuffle } from './compress/gzip.ts'
import { quantizeTile } from './compress/quantize.ts'
import { riceEncode } from './compress/rice.ts'
import { NULL_VALUE } from './compress/unquantize.ts'
import { FitsError } from './errors.ts'
import type { FitsHeader } from './header.ts'
import { bigEndian, bytesPerPixel, newPixels, type PixelArray, type RawImage } from './pixels.ts'
import { tableCards } from './table-write.ts'
import { joinHdu } from './write.ts'

export interface CompressOptions {
  readonly algorithm: 'RICE_1' | 'GZIP_2'
  /** Noise over quantisation step, for floats under RICE_1 (default 4); negative = minus the step in pixel values. */
  readonly quantizeLevel?: number
  /** Default SUBTRACTIVE_DITHER_1. */
  readonly dither?: 'NO_DITHER' | 'SUBTRACTIVE_DITHER_1' | 'SUBTRACTIVE_DITHER_2'
  /** ZDITHER0, 1 to 10000 (default 1). */
  readonly ditherSeed?: number
  /** Tile width and height (default: a row). */
  readonly tile?: readonly [number, number]
  readonly name?: string
  readonly runtime?: Runtime
  readonly checksum?: boolean
}

interface CodedTile {
  readonly bytes: Uint8Array
  readonly fallback: boolean
  readonly scale: number
  readonly zero: number
}

const STRUCTURAL =
  /^(?:BSCALE|BZERO|BLANK|Z(?:IMAGE|SIMPLE|TENSION|BITPIX|NAXIS\d*|TILE\d+|CMPTYPE|NAME\d+|VAL\d+|QUANTIZ|DITHER0|BLANK|PCOUNT|GCOUNT|HECKSUM|DATASUM))$/
const RICE_BLOCK = 32

/** A whole tile-compressed image HDU (an extension, as all of them are). */
export function compressedImageHduBytes(
  header: FitsHeader,
  raw: RawImage,
  options: CompressOptions,
): Uint8Array<ArrayBuffer> {
  const { algorithm, tile = [raw.width, 1], name, checksum = true, ditherSeed = 1 } = options
  if (raw.data.length !== raw.width * raw.height)
    throw new FitsError('bad-value', `${raw.width} x ${raw.height} pixels need as many, got ${raw.data.length}`)
  if (algorithm === 'RICE_1' && raw.bitpix === 64)
    throw new FitsError('unsupported', 'RICE_1 takes integers of 8, 16 and 32 bits, got BITPIX 64')
  if (!(Number.isInteger(ditherSeed) && ditherSeed >= 1 && ditherSeed <= 10000))
    throw new FitsError('bad-value', `ZDITHER0 is a whole number from 1 to 10000, got ${ditherSeed}`)
  const tiles: CodedTile[] = []
  const quantized = algorithm === 'RICE_1' && raw.bitpix < 0
  for (const piece of pieces(raw, tile)) tiles.push(codeTile(piece, raw, options, tiles.length))
  const { data, columns } = tableOf(tiles, quantized)
  const rowBytes = columns.reduce((sum, { width }) => sum + width, 0)
  const heapBytes = data.length - rowBytes * tiles.length
  const inner = header.clone().removeWhere((keyword) => STRUCTURAL.test(keyword))
  const repeats = columns.map(() => 1)
  const more = imageKeywords(raw, tile, options, quantized)
  const cards = tableCards(inner, columns, repeats, rowBytes, tiles.length, heapBytes, name, more)
  return joinHdu(cards, data, checksum)
}

interface Piece {
  readonly data: PixelArray
  readonly width: number
  readonly height: number
}

/** The tiles in their order, rows of tiles from the bottom; edge tiles are smaller. */
function* pieces({ bitpix, width, height, data }: RawImage, [tileWidth, tileHeight]: readonly [number, number]) {
  if (!(tileWidth >= 1 && tileHeight >= 1))
    throw new FitsError('bad-value', `a tile has at least one pixel each way, got ${tileWidth} x ${tileHeight}`)
  for (let y = 0; y < height; y += tileHeight)
    for (let x = 0; x < width; x += tileWidth) {
      const w = Math.min(tileWidth, width - x)
      const h = Math.min(tileHeight, height - y)
      if (w === width) {
        yield { data: data.subarray(y * width, (y + h) * width) as PixelArray, width: w, height: h }
        continue
      }
      const piece = newPixels(bitpix, w * h)
      for (let row = 0; row < h; row++) {
        const from = (y + row) * width + x
        piece.set(data.subarray(from, from + w) as never, row * w)
      }
      yield { data: piece, width: w, height: h }
    }
}

function codeTile(piece: Piece, raw: RawImage, options: CompressOptions, number: number): CodedTile {
  const { runtime = portableRuntime, algorithm, quantizeLevel = 4, dither = 'SUBTRACTIVE_DITHER_1' } = options
  const plain = { fallback: false, scale: 0, zero: 0 }
  if (algorithm === 'GZIP_2') {
    const bytes = shuffle(bigEndian(piece.data, runtime), piece.data.BYTES_PER_ELEMENT)
    return { ...plain, bytes: runtime.gzip(bytes, 6) }
  }
  if (raw.bitpix > 0)
    return { ...plain, bytes: riceEncode(piece.data as Int32Array, bytesPerPixel(raw.bitpix), RICE_BLOCK) }
  const floats = piece.data as Float32Array
  const { ditherSeed = 1 } = options
  const done = quantizeTile(floats, piece.width, piece.height, quantizeLevel, dither, ditherSeed, number)
  if (!done) return { ...plain, fallback: true, bytes: runtime.gzip(bigEndian(piece.data, runtime), 6) }
  return { fallback: false, scale: done.scale, zero: done.zero, bytes: riceEncode(done.stored, 4, RICE_BLOCK) }
}

/** The table's rows (descriptors, scale, zero) and the heap behind them. */
function tableOf(tiles: CodedTile[], quantized: boolean) {
  const fallback = tiles.some((tile) => tile.fallback)
  const longest = (want: boolean) =>
    tiles.reduce((max, tile) => (tile.fallback === want ? Math.max(max, tile.bytes.length) : max), 0)
  const columns = [{ name: 'COMPRESSED_DATA', code: 'P', form: `1PB(${longest(false)})`, width: 8 }]
  if (fallback) columns.push({ name: 'GZIP_COMPRESSED_DATA', code: 'P', form: `1PB(${longest(true)})`, width: 8 })
  if (quantized)
    columns.push(
      { name: 'ZSCALE', code: 'D', form: '1D', width: 8 },
      { name: 'ZZERO', code: 'D', form: '1D', width: 8 },
    )
  const rowBytes = columns.length * 8
  const heapBytes = tiles.reduce((sum, tile) => sum + tile.bytes.length, 0)
  if (heapBytes > 0x7fffffff)
    throw new FitsError(
      'too-large',
      `a heap of ${heapBytes} bytes needs 64-bit descriptors, which are not written here`,
    )
  const data = new Uint8Array(rowBytes * tiles.length + heapBytes)
  const view = new DataView(data.buffer)
  let offset = 0
  for (const [i, tile] of tiles.entries()) {
    const row = i * rowBytes
    const at = row + (tile.fallback ? 8 : 0)
    view.setInt32(at, tile.bytes.length)
    view.setInt32(at + 4, offset)
    if (quantized) {
      view.setFloat64(row + rowBytes - 16, tile.scale)
      view.setFloat64(row + rowBytes - 8, tile.zero)
    }
    data.set(tile.bytes, rowBytes * tiles.length + offset)
    offset += tile.bytes.length
  }
  return { data, columns }
}

function imageKeywords(
  { bitpix, width, height, bscale, bzero, blank }: RawImage,
  tile: readonly [number, number],
  { algorithm, dither = 'SUBTRACTIVE_DITHER_1', ditherSeed = 1 }: CompressOptions,
  quantized: boolean,
): Card[] {
  const cards: [string, Card['value'], string][] = [
    ['ZIMAGE', true, 'this table holds a compressed image'],
    ['ZTENSION', 'IMAGE', 'what the image is when uncompressed'],
    ['ZBITPIX', bitpix, 'bits per pixel of the image'],
    ['ZNAXIS', 2, 'axes of the image'],
    ['ZNAXIS1', width, ''],
    ['ZNAXIS2', height, ''],
    ['ZPCOUNT', 0, ''],
    ['ZGCOUNT', 1, ''],
    ['ZTILE1', Math.min(tile[0], width), 'pixels of a tile'],
    ['ZTILE2', Math.min(tile[1], height), ''],
    ['ZCMPTYPE', algorithm, 'compression algorithm'],
  ]
  if (algorithm === 'RICE_1')
    cards.push(
      ['ZNAME1', 'BLOCKSIZE', ''],
      ['ZVAL1', RICE_BLOCK, 'pixels in a block'],
      ['ZNAME2', 'BYTEPIX', ''],
      ['ZVAL2', bitpix > 0 ? bytesPerPixel(bitpix) : 4, 'bytes of a coded pixel'],
    )
  if (bitpix < 0) cards.push(['ZQUANTIZ', quantized ? dither : 'NONE', 'how floats became integers'])
  if (quantized && dither !== 'NO_DITHER') cards.push(['ZDITHER0', ditherSeed, 'seed of the dither'])
  if (quantized) cards.push(['ZBLANK', NULL_VALUE, 'coded value of NaN'])
  if (bscale !== 1 || bzero !== 0)
    cards.push(['BSCALE', bscale, 'value = BZERO + BSCALE * stored'], ['BZERO', bzero, ''])
  if (blank !== undefined && bitpix > 0) cards.push(['BLANK', blank, 'stored value of undefined pixels'])
  return cards.map(([keyword, value, comment]) => ({ keyword, value, comment }))
}
