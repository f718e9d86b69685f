// Where each tile's bytes lie, as flat arrays: a few reads' worth of table rows, kept by the catalogue so that a
// later stamp needs only the tiles themselves.

import type { ByteSource, ReadOptions } from '#src/storage'
import { FitsError } from './errors.ts'
import type { Hdu } from './hdu.ts'
import type { FieldPlace, TileLayout } from './tile-layout.ts'

/** How a tile's bytes are coded: as ZCMPTYPE says, or by a fall-back column. */
export const TILE_CODED = 0
export const TILE_GZIP = 1
const TILE_PLAIN = 2

export interface TileIndex {
  /** Number of the first tile held, 0-based; a whole index starts at 0. */
  readonly first: number
  readonly count: number
  /** Absolute byte in the file. */
  readonly offsets: Float64Array
  /** Bytes. */
  readonly lengths: Uint32Array
  /** TILE_CODED, TILE_GZIP or TILE_PLAIN. */
  readonly codings: Uint8Array
  readonly zscale?: Float64Array
  readonly zzero?: Float64Array
  readonly zblank?: Int32Array
}

const MAX_INDEX_BYTES = 2 ** 28

/** The index of all tiles, or of `count` tiles from `first`. */
export async function readTileIndex(
  source: ByteSource,
  hdu: Hdu,
  options: { first?: number; count?: number } & ReadOptions = {},
): Promise<TileIndex> {
  const { tiles } = hdu
  if (!tiles) throw new FitsError('unsupported', `HDU ${hdu.index} is no compressed image and has no tiles`)
  const { first = 0, count = tiles.count - first, signal } = options
  const length = count * tiles.rowBytes
  if (length > MAX_INDEX_BYTES) throw new FitsError('too-large', `a tile index of ${length} bytes is too long`)
  const range = { offset: hdu.dataOffset + first * tiles.rowBytes, length }
  const bytes = await source.read(range, { signal })
  if (bytes.length < length) throw new FitsError('truncated', `HDU ${hdu.index} ends within its tile table`)
  return parseTileRows(bytes, tiles, first, count)
}

function parseTileRows(bytes: Uint8Array, tiles: TileLayout, first: number, count: number): TileIndex {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const offsets = new Float64Array(count)
  const lengths = new Uint32Array(count)
  const codings = new Uint8Array(count)
  const columns = [tiles.compressed, tiles.gzipFallback, tiles.uncompressed]
  for (let i = 0; i < count; i++) {
    const row = i * tiles.rowBytes
    for (let coding = TILE_CODED; coding <= TILE_PLAIN; coding++) {
      const place = columns[coding]
      if (!place) continue
      const wide = place.code === 'Q'
      const at = row + place.offset
      const elements = wide ? Number(view.getBigInt64(at)) : view.getUint32(at)
      if (elements === 0) continue
      const offset = tiles.heapOffset + (wide ? Number(view.getBigInt64(at + 8)) : view.getUint32(at + 4))
      const length = elements * place.elementBytes
      if (length < 0 || offset < tiles.heapOffset || offset + length > tiles.heapEnd || length > 0xffffffff)
        throw new FitsError(
          'bad-data',
          `tile ${first + i} lies in the heap at ${tiles.heapOffset}..${tiles.heapEnd}, got ${length} bytes at ${offset}`,
        )
      offsets[i] = offset
      lengths[i] = length
      codings[i] = coding
      break
    }
  }
  return {
    first,
    count,
    offsets,
    lengths,
    codings,
    zscale: readField(view, tiles, tiles.zscale, new Float64Array(tiles.zscale ? count : 0)),
    zzero: readField(view, tiles, tiles.zzero, new Float64Array(tiles.zzero ? count : 0)),
    zblank: readField(view, tiles, tiles.zblank, new Int32Array(tiles.zblank ? count : 0)),
  }
}

function readField<A extends Float64Array | Int32Array>(
  view: DataView,
  tiles: TileLayout,
  place: FieldPlace | undefined,
  out: A,
): A | undefined {
  if (!place) return undefined
  for (let i = 0; i < out.length; i++) {
    const at = i * tiles.rowBytes + place.offset
    switch (place.code) {
      case 'D':
        out[i] = view.getFloat64(at)
        break
      case 'E':
        out[i] = view.getFloat32(at)
        break
      case 'J':
        out[i] = view.getInt32(at)
        break
      case 'I':
        out[i] = view.getInt16(at)
        break
      case 'B':
        out[i] = view.getUint8(at)
        break
      default:
        throw new FitsError('unsupported', `a tile's scale or blank is a number column, got TFORM ${place.code}`)
    }
  }
  return out
}
