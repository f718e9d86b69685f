// What a pack says about its tiles, held for lookups: 29 bytes a tile where all are of one time and keys fit 32 bits, 41 at most.

import { PackError } from './errors.ts'
import { DIGEST_BYTES, HEADER_BYTES, headBytes, type PackHeader, readHeader, SEAL_BYTES } from './layout.ts'
import { addressOf, keyAfter, keyLimit, keyOf, type PackAddress, type PackShape } from './shape.ts'
import { unsigned, VarintReader } from './varint.ts'

/** SHA-256, which every runtime has and `src` has not. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>

export interface PackEntry {
  /** Bytes [start, end) of the pack. */
  readonly start: number
  readonly end: number
  /** Of the data, microseconds since 1970. */
  readonly modifiedUs: number
  /** The first 21 bytes of the SHA-256 of the tile. */
  readonly digest: Uint8Array
}

/** Tiles between two sums of lengths. */
const STEP = 32

export class PackDirectory {
  /** Of the object that it was read from. */
  readonly etag: string
  readonly shape: PackShape
  readonly tiles: number
  /** Of the whole pack. */
  readonly sizeBytes: number
  /** Where the first tile starts. */
  readonly headBytes: number
  /** About what it takes in memory. */
  readonly memoryBytes: number
  readonly #keys: Uint32Array | Float64Array
  readonly #lengths: Uint32Array
  /** Start of every STEP-th tile. */
  readonly #starts: Float64Array
  readonly #times: Float64Array
  readonly #digests: Uint8Array

  private constructor(etag: string, header: PackHeader, columns: Columns) {
    this.etag = etag
    this.shape = header.shape
    this.tiles = header.tiles
    this.headBytes = headBytes(header)
    this.sizeBytes = this.headBytes + header.dataBytes
    this.#keys = columns.keys
    this.#lengths = columns.lengths
    this.#times = columns.times
    this.#digests = columns.digests
    this.#starts = startsOf(columns.lengths, this.headBytes)
    this.memoryBytes =
      256 + [this.#keys, this.#lengths, this.#starts, this.#times, this.#digests].reduce((n, a) => n + a.byteLength, 0)
  }

  /** `head` is the pack from its start to its first tile; more is passed over. */
  static async parse(name: string, head: Uint8Array, etag: string, sha256: Sha256): Promise<PackDirectory> {
    const header = readHeader(name, head)
    const length = headBytes(header)
    const corrupt = (what: string) => new PackError('corrupt', `the pack ${name} is damaged: ${what}`)
    if (head.length < length) throw corrupt(`it ends after ${head.length} bytes, within its directory of ${length}`)
    const seal = await sha256(head.subarray(0, length - SEAL_BYTES))
    if (seal.length !== SEAL_BYTES || seal.some((byte, k) => head[length - SEAL_BYTES + k] !== byte))
      throw corrupt('its directory does not agree with its checksum')
    const columns = readColumns(header, head)
    if (!columns) throw corrupt('its directory is sealed but says what no pack is')
    return new PackDirectory(etag, header, columns)
  }

  /** Its place among the tiles, -1 where it is not here. */
  indexOf(address: PackAddress): number {
    const key = keyOf(this.shape, address)
    if (key === undefined) return -1
    const at = this.#lowerBound(key)
    return this.#keys[at] === key ? at : -1
  }

  find(address: PackAddress): PackEntry | undefined {
    const at = this.indexOf(address)
    return at < 0 ? undefined : this.entry(at)
  }

  /** Of the tile at a place, 0 to tiles - 1. */
  entry(at: number): PackEntry {
    let start = this.#starts[Math.floor(at / STEP)]
    for (let k = at - (at % STEP); k < at; k++) start += this.#lengths[k]
    const digest = this.#digests.subarray(at * DIGEST_BYTES, (at + 1) * DIGEST_BYTES)
    return { start, end: start + this.#lengths[at], modifiedUs: this.#times[this.#times.length > 1 ? at : 0], digest }
  }

  address(at: number): PackAddress {
    return addressOf(this.shape, this.#keys[at])
  }

  /** Places [from, to) of a tile and all that is below it: one range of bytes. The tile itself may be missing. */
  below(tile: { readonly order: number; readonly npix: number }): readonly [from: number, to: number] {
    const key = keyOf(this.shape, tile)
    if (key === undefined) return [0, 0]
    return [this.#lowerBound(key), this.#lowerBound(keyAfter(this.shape, tile, key))]
  }

  #lowerBound(key: number): number {
    let low = 0
    let high = this.tiles
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#keys[middle] < key) low = middle + 1
      else high = middle
    }
    return low
  }
}

interface Columns {
  readonly keys: Uint32Array | Float64Array
  readonly lengths: Uint32Array
  /** One for all where they are equal. */
  readonly times: Float64Array
  readonly digests: Uint8Array
}

function readColumns({ shape, tiles, columns, dataBytes }: PackHeader, head: Uint8Array): Columns | undefined {
  let at = HEADER_BYTES
  const take = (length: number) => head.subarray(at, (at += length))
  const [keyReader, lengthReader, timeReader] = columns.map((length) => new VarintReader(take(length)))
  const digests = take(tiles * DIGEST_BYTES).slice()
  const limit = keyLimit(shape)
  const keys = limit <= 2 ** 32 ? new Uint32Array(tiles) : new Float64Array(tiles)
  const lengths = new Uint32Array(tiles)
  let times = new Float64Array(Math.min(1, tiles))
  let [key, length, time, sum] = [-1, 0, 0, 0]
  for (let k = 0; k < tiles; k++) {
    key += 1 + (keyReader.read() ?? Number.NaN)
    length += unsigned(lengthReader.read() ?? Number.NaN)
    const step = unsigned(timeReader.read() ?? Number.NaN)
    if (!(key < limit && length >= 0 && length < 2 ** 32 && Number.isSafeInteger(time + step))) return undefined
    // The second time that there is makes room for all.
    if (step !== 0 && k > 0 && times.length === 1) times = new Float64Array(tiles).fill(time, 0, k)
    time += step
    if (times.length > 1 || k === 0) times[k] = time
    keys[k] = key
    lengths[k] = length
    sum += length
  }
  const isWhole = keyReader.isAtEnd && lengthReader.isAtEnd && timeReader.isAtEnd
  return isWhole && sum === dataBytes ? { keys, lengths, times, digests } : undefined
}

function startsOf(lengths: Uint32Array, first: number): Float64Array {
  const starts = new Float64Array(Math.ceil(lengths.length / STEP))
  let start = first
  for (let k = 0; k < lengths.length; k++) {
    if (k % STEP === 0) starts[k / STEP] = start
    start += lengths[k]
  }
  return starts
}
