// PNG writer (PNG 3rd edition, W3C 2025): 8 bits, grey, grey + alpha, RGB, RGBA; first row = top row.
// Noisy sky does not repeat, so by default only Huffman coding is used (three times as fast, the same size); an image
// with long runs of equal bytes (much of it transparent) goes through the full compressor at level 1.

import type { Runtime } from '#src/runtime'
import { ImageError } from '../errors.ts'
import { checkSize } from '../plane.ts'

export type Channels = 1 | 2 | 3 | 4

const COLOUR_TYPE: Record<Channels, number> = { 1: 0, 2: 4, 3: 2, 4: 6 }
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

export interface PngOptions {
  /** 'fast' as said above; 'small' = every row filtered by what suits it, level 6. */
  readonly effort?: 'fast' | 'small'
  /** The bytes' first row is the bottom one, as in FITS. */
  readonly bottomUp?: boolean
}

export function encodePng(
  width: number,
  height: number,
  channels: Channels,
  bytes: Uint8Array,
  runtime: Pick<Runtime, 'zlib'>,
  { effort = 'fast', bottomUp = false }: PngOptions = {},
): Uint8Array<ArrayBuffer> {
  checkSize(width, height)
  if (!(channels in COLOUR_TYPE)) throw new ImageError('bad-channels', `a PNG has 1 to 4 channels, got ${channels}`)
  const stride = width * channels
  if (bytes.length !== stride * height)
    throw new ImageError(
      'shape-mismatch',
      `${width} x ${height} pixels of ${channels} channels are ${stride * height} bytes, got ${bytes.length}`,
    )
  const rows = new Uint8Array((stride + 1) * height)
  for (let y = 0; y < height; y++) {
    const from = (bottomUp ? height - 1 - y : y) * stride
    const before = bottomUp ? from + stride : from - stride
    const row = bytes.subarray(from, from + stride)
    const at = y * (stride + 1)
    if (effort === 'fast') rows.set(row, at + 1)
    else filterRow(row, y > 0 ? bytes.subarray(before, before + stride) : undefined, channels, rows, at)
  }
  const packed =
    effort === 'small'
      ? runtime.zlib(rows, { level: 6 })
      : runtime.zlib(rows, { level: 1, huffmanOnly: !repeats(rows, channels) })
  return assemble(width, height, channels, packed)
}

/** Whether more than a quarter of (sampled) pixels equal the one before: then runs are worth looking for. */
function repeats(rows: Uint8Array, channels: number): boolean {
  let same = 0
  let seen = 0
  for (let i = channels; i < rows.length; i += 61) {
    seen++
    if (rows[i] === rows[i - channels]) same++
  }
  // Of noisy greys between 0 and 255 some are equal by chance, and an alpha channel is always: allow for both.
  return same > seen * (channels % 2 ? 0.35 : 0.35 + 1 / channels)
}

/** Writes filter byte and filtered row: Sub or Up, whichever leaves the smaller differences (PNG 9.2). */
function filterRow(
  row: Uint8Array,
  above: Uint8Array | undefined,
  channels: number,
  rows: Uint8Array,
  at: number,
): void {
  let sub = 0
  let up = 0
  for (let i = 0; i < row.length; i++) {
    sub += magnitude(row[i] - (i < channels ? 0 : row[i - channels]))
    up += magnitude(row[i] - (above ? above[i] : 0))
  }
  const useUp = above !== undefined && up < sub
  rows[at] = useUp ? 2 : 1
  for (let i = 0; i < row.length; i++)
    rows[at + 1 + i] = row[i] - (useUp ? above[i] : i < channels ? 0 : row[i - channels])
}

const magnitude = (difference: number) => Math.abs((difference << 24) >> 24)

function assemble(width: number, height: number, channels: Channels, packed: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(SIGNATURE.length + 25 + 12 + packed.length + 12)
  out.set(SIGNATURE)
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header[8] = 8
  header[9] = COLOUR_TYPE[channels]
  let at = putChunk(out, SIGNATURE.length, 'IHDR', header)
  at = putChunk(out, at, 'IDAT', packed)
  putChunk(out, at, 'IEND', new Uint8Array(0))
  return out
}

function putChunk(out: Uint8Array, at: number, type: string, body: Uint8Array): number {
  const view = new DataView(out.buffer)
  view.setUint32(at, body.length)
  for (let k = 0; k < 4; k++) out[at + 4 + k] = type.charCodeAt(k)
  out.set(body, at + 8)
  view.setUint32(at + 8 + body.length, crc32(out, at + 4, at + 8 + body.length))
  return at + 12 + body.length
}

/** CRC tables for four bytes at a time (PNG Annex D's polynomial, reflected 0xEDB88320). */
const CRC = (() => {
  const table = new Int32Array(4 * 256)
  for (let n = 0; n < 256; n++) {
    let c = n
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
    table[n] = c
  }
  for (let n = 256; n < 1024; n++) table[n] = (table[n - 256] >>> 8) ^ table[table[n - 256] & 255]
  return table
})()

function crc32(bytes: Uint8Array, from: number, to: number): number {
  let c = -1
  let i = from
  for (; i + 4 <= to; i += 4) {
    c ^= bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24)
    c = CRC[768 + (c & 255)] ^ CRC[512 + ((c >>> 8) & 255)] ^ CRC[256 + ((c >>> 16) & 255)] ^ CRC[c >>> 24]
  }
  for (; i < to; i++) c = CRC[(c ^ bytes[i]) & 255] ^ (c >>> 8)
  return ~c >>> 0
}
