// The bytes in front of a pack's tiles, as README.md has them: a header of fixed size, four columns, a checksum of both.
// All numbers little-endian.

import { MAX_ORDER } from '#src/healpix'
import type { TileFormat } from '../tile.ts'
import { PackError } from './errors.ts'
import { keyLimit, type PackShape } from './shape.ts'
import { LONGEST } from './varint.ts'

export const HEADER_BYTES = 64
/** Of a tile: the first bytes of its SHA-256. 27 letters of base64 of them are its ETag. */
export const DIGEST_BYTES = 21
/** Of the head: a whole SHA-256. */
export const SEAL_BYTES = 32
export const MAX_TILES = 4_194_304
/** Head of the largest pack that is read. */
export const MAX_HEAD_BYTES = 160 * 1024 * 1024
export const VERSION = 1

const MAGIC = Uint8Array.of(0x89, 0x48, 0x69, 0x50, 0x53, 0x0d, 0x0a, 0x1a)
const FORMATS: readonly TileFormat[] = ['png', 'fits', 'jpg', 'webp']

export interface PackHeader {
  readonly shape: PackShape
  readonly tiles: number
  /** Bytes of the columns: keys, lengths, times. Digests are `DIGEST_BYTES` a tile. */
  readonly columns: readonly [keys: number, lengths: number, times: number]
  /** Sum of the tiles' lengths. */
  readonly dataBytes: number
}

/** Header, columns and seal: the first tile starts here. */
export const headBytes = ({ tiles, columns: [keys, lengths, times] }: PackHeader): number =>
  HEADER_BYTES + keys + lengths + times + tiles * DIGEST_BYTES + SEAL_BYTES

export function writeHeader({ shape, tiles, columns, dataBytes }: PackHeader, out: Uint8Array): void {
  const view = new DataView(out.buffer, out.byteOffset, HEADER_BYTES)
  out.set(MAGIC)
  view.setUint16(8, VERSION, true)
  out[10] = FORMATS.indexOf(shape.format) + 1
  out[11] = shape.firstOrder
  out[12] = shape.orders
  out[13] = shape.root === 'top' ? 12 : 1
  view.setBigUint64(16, BigInt(shape.root === 'top' ? 0 : shape.root), true)
  view.setBigUint64(24, BigInt(dataBytes), true)
  view.setUint32(32, tiles, true)
  for (const [k, length] of columns.entries()) view.setUint32(36 + 4 * k, length, true)
}

/** Everything that is allocated later is bounded here; `name` is for messages. */
export function readHeader(name: string, bytes: Uint8Array): PackHeader {
  const corrupt = (what: string) => new PackError('corrupt', `the pack ${name} is damaged: ${what}`)
  if (bytes.length < HEADER_BYTES) throw corrupt(`it ends after ${bytes.length} bytes, within its header`)
  if (MAGIC.some((byte, k) => bytes[k] !== byte)) throw corrupt('it does not start as a pack does')
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES)
  const version = view.getUint16(8, true)
  if (version !== VERSION)
    throw new PackError('newer', `the pack ${name} is of version ${version}, expected ${VERSION}`)
  const [format, firstOrder, orders, roots] = bytes.subarray(10, 14)
  const root = number(view, 16)
  const dataBytes = number(view, 24)
  const tiles = view.getUint32(32, true)
  const columns = [view.getUint32(36, true), view.getUint32(40, true), view.getUint32(44, true)] as const
  const isRest = view.getUint16(14, true) === 0 && bytes.subarray(48, HEADER_BYTES).every((byte) => byte === 0)
  const isTop = roots === 12
  if (
    !(format >= 1 && format <= FORMATS.length && isRest && (isTop || roots === 1)) ||
    firstOrder + orders > MAX_ORDER + 1 ||
    (isTop ? firstOrder !== 0 || root !== 0 : orders === 0 || !(root < 12 * 4 ** firstOrder)) ||
    !Number.isSafeInteger(dataBytes)
  )
    throw corrupt('its header says what no pack is')
  const shape: PackShape = { format: FORMATS[format - 1], firstOrder, orders, root: isTop ? 'top' : root }
  if (tiles > MAX_TILES)
    throw new PackError('too-large', `the pack ${name} says it holds ${tiles} tiles, more than ${MAX_TILES}`)
  if (tiles > keyLimit(shape) || columns.some((length) => length < tiles || length > LONGEST * tiles))
    throw corrupt(`it says it holds ${tiles} tiles, which its columns or its orders cannot`)
  return { shape, tiles, columns, dataBytes }
}

/** NaN where it is not exact. */
function number(view: DataView, at: number): number {
  const value = view.getUint32(at, true) + 4294967296 * view.getUint32(at + 4, true)
  return Number.isSafeInteger(value) ? value : Number.NaN
}
