// A pack's head, made in two steps: lengths and times are known before any tile is read, so the place of every tile is;
// the digests come in while the tiles are written behind it. The head goes in front at the end.

import type { Sha256 } from './directory.ts'
import { PackError } from './errors.ts'
import { DIGEST_BYTES, HEADER_BYTES, headBytes, MAX_TILES, type PackHeader, SEAL_BYTES, writeHeader } from './layout.ts'
import { keyLimit, type PackShape } from './shape.ts'
import { signed, VarintWriter } from './varint.ts'

export interface TileToPack {
  /** `keyOf` its address. */
  readonly key: number
  /** Below 4 GiB. */
  readonly sizeBytes: number
  readonly modifiedUs: number
}

export interface PackPlan {
  readonly header: PackHeader
  /** Where the first tile goes. */
  readonly headBytes: number
  readonly sizeBytes: number
  /** Keys, lengths and times, as they are written. */
  readonly columns: readonly Uint8Array[]
}

/** `tiles` by key, ascending. */
export function planPack(shape: PackShape, tiles: readonly TileToPack[]): PackPlan {
  if (tiles.length > MAX_TILES)
    throw new PackError('too-large', `a pack holds at most ${MAX_TILES} tiles, got ${tiles.length}`)
  const limit = keyLimit(shape)
  const keys = new VarintWriter(tiles.length)
  const lengths = new VarintWriter(4 * tiles.length)
  const times = new VarintWriter(tiles.length)
  let [key, length, time, sum] = [-1, 0, 0, 0]
  for (const tile of tiles) {
    const { sizeBytes, modifiedUs } = tile
    if (!(tile.key > key && tile.key < limit))
      throw new PackError('bad-tiles', `tiles of a pack come by key, below ${limit}: got ${tile.key} after ${key}`)
    if (!(sizeBytes >= 0 && sizeBytes < 2 ** 32 && Math.abs(modifiedUs) < 2 ** 51))
      throw new PackError('bad-tiles', `a tile is of less than 4 GiB and of our age, got ${sizeBytes} bytes`)
    keys.write(tile.key - key - 1)
    lengths.write(signed(sizeBytes - length))
    times.write(signed(modifiedUs - time))
    key = tile.key
    length = sizeBytes
    time = modifiedUs
    sum += sizeBytes
  }
  const columns = [keys.done(), lengths.done(), times.done()] as const
  const sizes = [columns[0].length, columns[1].length, columns[2].length] as const
  const header: PackHeader = { shape, tiles: tiles.length, columns: sizes, dataBytes: sum }
  const head = headBytes(header)
  return { header, headBytes: head, sizeBytes: head + sum, columns }
}

/** The head of a plan; `digests` are 21 bytes a tile, in the plan's order. */
export async function sealHead(plan: PackPlan, digests: Uint8Array, sha256: Sha256): Promise<Uint8Array> {
  if (digests.length !== plan.header.tiles * DIGEST_BYTES)
    throw new PackError('bad-tiles', `${plan.header.tiles} tiles need ${DIGEST_BYTES} bytes each of digests`)
  const head = new Uint8Array(plan.headBytes)
  writeHeader(plan.header, head)
  let at = HEADER_BYTES
  for (const column of [...plan.columns, digests]) {
    head.set(column, at)
    at += column.length
  }
  head.set(await sha256(head.subarray(0, at)), plan.headBytes - SEAL_BYTES)
  return head
}
