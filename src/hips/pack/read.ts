// A pack read by range: its head once, then a tile a read. Every read after the first names the ETag of the object that
// the directory came from; where it was replaced meanwhile, the directory is read anew and the tile once more.
// Nothing is handed out that does not agree with its checksum.

import { type RangeSource, StorageError } from '#src/storage'
import { PackDirectory, type PackEntry, type Sha256 } from './directory.ts'
import { PackError } from './errors.ts'
import { DIGEST_BYTES, HEADER_BYTES, headBytes, MAX_HEAD_BYTES, readHeader } from './layout.ts'
import type { PackAddress, PackShape } from './shape.ts'

/** What the first read asks for: the head of ten thousand tiles. */
export const FIRST_READ_BYTES = 256 * 1024

export interface PackReaderOptions {
  readonly sha256: Sha256
  /** As the map's layout says, so that the first read takes the whole head; default FIRST_READ_BYTES. */
  readonly firstReadBytes?: number
  /** Longer heads are refused before they are read. */
  readonly maxHeadBytes?: number
  /** What its name says it is: another one is refused. */
  readonly shape?: Pick<PackShape, 'format' | 'root' | 'firstOrder'>
}

/** What is known of a tile without reading it. */
export interface PackedTile {
  readonly sizeBytes: number
  /** Strong, of the content, with quotes: the same in every layout. */
  readonly etag: string
  /** Of the data, whole seconds, Unix ms. */
  readonly modifiedMs: number
}

export interface PackedBytes extends PackedTile {
  readonly bytes: Uint8Array
}

export class PackReader {
  readonly #source: RangeSource
  readonly #options: PackReaderOptions
  #directory: Promise<PackDirectory> | undefined
  #memoryBytes = 0

  private constructor(source: RangeSource, options: PackReaderOptions) {
    this.#source = source
    this.#options = options
  }

  /** Reads nothing yet. */
  static open(source: RangeSource, options: PackReaderOptions): PackReader {
    return new PackReader(source, options)
  }

  /** Of the directory, 0 before it was read. */
  get memoryBytes(): number {
    return this.#memoryBytes
  }

  /** One read; none where it is here already. */
  directory(): Promise<PackDirectory> {
    if (this.#directory) return this.#directory
    const reading = this.#readDirectory()
    this.#directory = reading
    reading.then(
      ({ memoryBytes }) => {
        this.#memoryBytes = memoryBytes
      },
      () => this.#forget(reading),
    )
    return reading
  }

  /** The tile's bytes; undefined where the pack has none. One read, and one more where the directory is not here. */
  async read(address: PackAddress): Promise<PackedBytes | undefined> {
    const found = await this.#withDirectory(async (directory) => {
      const entry = directory.find(address)
      if (!entry) return undefined
      const bytes = await this.#readRange(entry.start, entry.end, directory)
      return { ...describe(entry), bytes: await this.#checked(bytes, entry, address) }
    })
    return found
  }

  /** For HEAD and conditional requests: nothing but the directory is read. */
  async look(address: PackAddress): Promise<PackedTile | undefined> {
    const entry = (await this.directory()).find(address)
    return entry && describe(entry)
  }

  /** Tiles at places [from, to), neighbours in the pack, by one read of at most 4 GB: each is checked when it is taken. */
  async readRun(directory: PackDirectory, from: number, to: number): Promise<Uint8Array[]> {
    const start = directory.entry(from).start
    const run = await this.#readRange(start, directory.entry(to - 1).end, directory)
    const tiles: Uint8Array[] = []
    for (let at = from; at < to; at++) {
      const entry = directory.entry(at)
      tiles.push(run.subarray(entry.start - start, entry.end - start))
    }
    return tiles
  }

  /** The bytes are the tile that the entry is of. */
  async agrees(bytes: Uint8Array, { start, end, digest }: PackEntry): Promise<boolean> {
    if (bytes.length !== end - start) return false
    const found = await this.#options.sha256(bytes)
    for (let k = 0; k < DIGEST_BYTES; k++) if (found[k] !== digest[k]) return false
    return true
  }

  async #withDirectory<Found>(read: (directory: PackDirectory) => Promise<Found>): Promise<Found> {
    const before = this.directory()
    try {
      return await read(await before)
    } catch (error) {
      if (!(error instanceof StorageError && error.code === 'changed')) throw error
      this.#forget(before)
      return read(await this.directory())
    }
  }

  async #checked(bytes: Uint8Array, entry: PackEntry, address: PackAddress): Promise<Uint8Array> {
    if (await this.agrees(bytes, entry)) return bytes
    // Perhaps what is wrong is what we hold: the next one who asks looks anew.
    this.#forget(this.#directory)
    const length = entry.end - entry.start
    const name = 'allsky' in address ? `Allsky of order ${address.allsky}` : `tile ${address.order}/${address.npix}`
    throw new PackError(
      'corrupt',
      bytes.length === length
        ? `the pack ${this.#source.key} is damaged: the ${name} does not agree with its checksum`
        : `the pack ${this.#source.key} is cut off: it has ${bytes.length} of the ${length} bytes of the ${name}`,
    )
  }

  #readRange(start: number, end: number, { etag }: PackDirectory): Promise<Uint8Array> {
    return start === end ? Promise.resolve(new Uint8Array(0)) : this.#source.read(start, end, { ifMatch: etag })
  }

  #forget(what: Promise<PackDirectory> | undefined): void {
    if (this.#directory !== what) return
    this.#directory = undefined
    this.#memoryBytes = 0
  }

  async #readDirectory(again = true): Promise<PackDirectory> {
    const { firstReadBytes = FIRST_READ_BYTES, maxHeadBytes = MAX_HEAD_BYTES, sha256, shape } = this.#options
    const source = this.#source
    const first = await source.read(0, Math.max(HEADER_BYTES, Math.min(firstReadBytes, maxHeadBytes)))
    const etag = await source.etag
    const header = readHeader(source.key, first)
    const length = headBytes(header)
    if (length > maxHeadBytes)
      throw new PackError(
        'too-large',
        `the pack ${source.key} has a directory of ${length} bytes, more than ${maxHeadBytes}`,
      )
    if (shape && (['format', 'root', 'firstOrder'] as const).some((key) => header.shape[key] !== shape[key]))
      throw new PackError('wrong-pack', `the pack ${source.key} holds other tiles than its name says`)
    let head = first
    if (length > first.length) {
      try {
        const rest = await source.read(first.length, length, { ifMatch: etag })
        head = new Uint8Array(first.length + rest.length)
        head.set(first)
        head.set(rest, first.length)
      } catch (error) {
        if (again && error instanceof StorageError && error.code === 'changed') return this.#readDirectory(false)
        throw error
      }
    }
    return PackDirectory.parse(source.key, head, etag, sha256)
  }
}

function describe({ start, end, modifiedUs, digest }: PackEntry): PackedTile {
  return { sizeBytes: end - start, etag: etagOfDigest(digest), modifiedMs: Math.floor(modifiedUs / 1e6) * 1000 }
}

/** 27 letters of base64 (RFC 4648 §5): 162 bits. */
export function etagOfDigest(digest: Uint8Array): string {
  const letters = btoa(String.fromCharCode(...digest)).slice(0, 27)
  return `"${letters.replaceAll('+', '-').replaceAll('/', '_')}"`
}
