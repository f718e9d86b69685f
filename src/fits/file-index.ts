// What a catalogue keeps of a file: its HDUs and tile indexes as one compact value, so that a later read needs no
// header and no tile table. Layout: magic, length of a JSON text, the text, then the headers and arrays it points at,
// each on a multiple of 8 bytes. Numbers are in the machine's order (written and read by little-endian ones).

import { FitsError } from './errors.ts'
import type { Hdu } from './hdu.ts'
import { FitsHeader } from './header.ts'
import type { TileIndex } from './tile-index.ts'

export interface FileIndex {
  readonly hdus: Hdu[]
  /** One for each HDU; undefined where it has no tiles. */
  readonly tiles: (TileIndex | undefined)[]
}

const MAGIC = 'SKYFIX01'

/** Offset and bytes of a blob behind the text. */
type Blob = [offset: number, length: number]

interface StoredTiles {
  first: number
  count: number
  /** Absent where every tile starts at the end of the one before: then `start` is the first one's offset. */
  offsets?: Blob
  start?: number
  lengths: Blob
  /** Absent where every tile is coded as ZCMPTYPE says. */
  codings?: Blob
  zscale?: Blob
  zzero?: Blob
  zblank?: Blob
}

interface Stored {
  hdus: (Omit<Hdu, 'header'> & { header: Blob })[]
  tiles: (StoredTiles | null)[]
}

const padded = (length: number) => Math.ceil(length / 8) * 8

export function encodeFileIndex(
  hdus: readonly Hdu[],
  tiles: readonly (TileIndex | undefined)[],
): Uint8Array<ArrayBuffer> {
  const blobs: Uint8Array[] = []
  let length = 0
  const put = (array: { buffer: ArrayBufferLike; byteOffset: number; byteLength: number }): Blob => {
    const blob: Blob = [length, array.byteLength]
    blobs.push(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
    length += padded(array.byteLength)
    return blob
  }
  const stored: Stored = {
    hdus: hdus.map((hdu) => ({ ...hdu, header: put(hdu.header.encode()) })),
    tiles: hdus.map((_, i) => (tiles[i] ? storeTiles(tiles[i], put) : null)),
  }
  const text = new TextEncoder().encode(JSON.stringify(stored))
  const base = 16 + padded(text.length)
  const out = new Uint8Array(base + length)
  for (let i = 0; i < MAGIC.length; i++) out[i] = MAGIC.charCodeAt(i)
  new DataView(out.buffer).setUint32(8, text.length, true)
  out.set(text, 16)
  let at = base
  for (const blob of blobs) {
    out.set(blob, at)
    at += padded(blob.length)
  }
  return out
}

function storeTiles(index: TileIndex, put: (array: Uint8Array | Float64Array | Uint32Array | Int32Array) => Blob) {
  const { first, count, offsets, lengths, codings, zscale, zzero, zblank } = index
  let contiguous = true
  for (let i = 1; i < count && contiguous; i++) contiguous = offsets[i] === offsets[i - 1] + lengths[i - 1]
  const stored: StoredTiles = { first, count, lengths: put(lengths) }
  if (contiguous) stored.start = offsets[0] ?? 0
  else stored.offsets = put(offsets)
  if (codings.some((coding) => coding !== 0)) stored.codings = put(codings)
  if (zscale) stored.zscale = put(zscale)
  if (zzero) stored.zzero = put(zzero)
  if (zblank) stored.zblank = put(zblank)
  return stored
}

/** Headers are split and parsed only when somebody asks them. */
export function decodeFileIndex(bytes: Uint8Array): FileIndex {
  const broken = () => new FitsError('bad-data', 'a file index is broken or of another version: ingest the file again')
  if (bytes.length < 16 || String.fromCharCode(...bytes.subarray(0, 8)) !== MAGIC) throw broken()
  if (bytes.byteOffset % 8 !== 0) bytes = new Uint8Array(bytes)
  const textLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true)
  const base = 16 + padded(textLength)
  if (base > bytes.length) throw broken()
  let stored: Stored
  try {
    stored = JSON.parse(new TextDecoder().decode(bytes.subarray(16, 16 + textLength)))
  } catch {
    throw broken()
  }
  const take = ([offset, length]: Blob) => {
    if (base + offset + length > bytes.length) throw broken()
    return bytes.subarray(base + offset, base + offset + length)
  }
  const doubles = (blob: Blob | undefined) => {
    const part = blob && take(blob)
    return part && new Float64Array(part.buffer, part.byteOffset, part.length / 8)
  }
  return {
    hdus: stored.hdus.map((hdu) => ({ ...hdu, header: FitsHeader.parse(take(hdu.header)) })),
    tiles: stored.tiles.map((tiles) => {
      if (!tiles) return undefined
      const part = take(tiles.lengths)
      const lengths = new Uint32Array(part.buffer, part.byteOffset, tiles.count)
      const blanks = tiles.zblank && take(tiles.zblank)
      return {
        first: tiles.first,
        count: tiles.count,
        lengths,
        offsets: doubles(tiles.offsets) ?? runningOffsets(tiles.start ?? 0, lengths),
        codings: tiles.codings ? take(tiles.codings) : new Uint8Array(tiles.count),
        zscale: doubles(tiles.zscale),
        zzero: doubles(tiles.zzero),
        zblank: blanks && new Int32Array(blanks.buffer, blanks.byteOffset, tiles.count),
      }
    }),
  }
}

function runningOffsets(start: number, lengths: Uint32Array): Float64Array {
  const offsets = new Float64Array(lengths.length)
  for (let i = 0; i < lengths.length; i++) {
    offsets[i] = start
    start += lengths[i]
  }
  return offsets
}
