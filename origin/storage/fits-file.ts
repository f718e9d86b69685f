// A FITS file to read from, inflated first when it is gzip'd as a whole (.fits.gz, or gzip under another name):
// random access needs the bytes themselves. What it may inflate to is bounded, and the last few stay inflated.

import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { memorySource, StorageError } from '#src/storage'
import { type FileSource, type OpenFileOptions, openFile } from './file-source.ts'

export interface OpenFitsOptions extends OpenFileOptions {
  /** Bytes that a gzip'd file may have inside (default 512 MiB). */
  readonly maxInflatedBytes?: number
}

/** Files known to be plain, by path, size and time: their first bytes need no second look. */
const plain = new Set<string>()
const MAX_PLAIN = 20_000
/** Inflated files, least recently used first. */
const inflated = new Map<string, Uint8Array>()
const MAX_KEPT_BYTES = 128 * 2 ** 20
const CHUNK = 1 << 20

export async function openFits(path: string, key: string, options: OpenFitsOptions = {}): Promise<FileSource> {
  const { expect, maxInflatedBytes = 512 * 2 ** 20 } = options
  const identity = expect && `${path}\0${expect.sizeBytes}\0${expect.mtimeMs}`
  const file = await openFile(path, key, options)
  if (identity && plain.has(identity)) return file
  // This read also finds a file that is gone or was changed, before anything kept is trusted.
  const magic = await file.read({ offset: 0, length: 2 })
  if (magic[0] !== 0x1f || magic[1] !== 0x8b) {
    if (identity) remember(identity)
    return file
  }
  const bytes = inflated.get(identity ?? '') ?? (await inflate(file, maxInflatedBytes))
  await file.close()
  if (bytes.length > maxInflatedBytes) throw tooLong(key, maxInflatedBytes)
  if (identity) keep(identity, bytes)
  return { ...memorySource(key, bytes), close: async () => {} }
}

function remember(identity: string): void {
  plain.add(identity)
  if (plain.size > MAX_PLAIN) plain.delete(plain.values().next().value!)
}

function keep(identity: string, bytes: Uint8Array): void {
  inflated.delete(identity)
  inflated.set(identity, bytes)
  let total = 0
  for (const kept of inflated.values()) total += kept.length
  for (const [oldest, kept] of inflated) {
    if (total <= MAX_KEPT_BYTES) break
    inflated.delete(oldest)
    total -= kept.length
  }
}

const tooLong = (key: string, maxBytes: number) =>
  new StorageError('full', `${key} inflates to more than the ${maxBytes} bytes a gzip'd file may hold`)

/** Through the source, which sees a change between two reads: what is kept is of the file that was taken in. */
async function* chunksOf(file: FileSource): AsyncGenerator<Uint8Array> {
  for (let offset = 0; ; ) {
    const bytes = await file.read({ offset, length: CHUNK })
    if (bytes.length === 0) return
    offset += bytes.length
    yield bytes
  }
}

async function inflate(file: FileSource, maxBytes: number): Promise<Uint8Array> {
  const { key } = file
  const pieces: Buffer[] = []
  let length = 0
  const input = Readable.from(chunksOf(file))
  const gunzip = createGunzip()
  input.on('error', (error) => gunzip.destroy(error))
  try {
    for await (const piece of input.pipe(gunzip) as AsyncIterable<Buffer>) {
      length += piece.length
      if (length > maxBytes) throw tooLong(key, maxBytes)
      pieces.push(piece)
    }
  } catch (cause) {
    if (cause instanceof StorageError) throw cause
    throw new StorageError('unavailable', `${key} is a broken gzip file`, { cause })
  } finally {
    input.destroy()
    gunzip.destroy()
  }
  return Buffer.concat(pieces, length)
}
