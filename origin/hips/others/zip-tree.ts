// A HiPS in a zip. Names come from the central directory; entries that overlap (one stored piece unpacked a thousand
// times), encrypted ones, links, names twice, and sizes that are not what was said are refused before or while reading.

import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import { type Entry, open, type ZipFile } from 'yauzl'
import { OthersError } from './errors.ts'
import { MAX_FILE_BYTES, type OthersFile, type OthersTree, shown } from './tree.ts'

/** Entries held in memory. */
const MAX_ENTRIES = 2_000_000
/** Of a Unix mode: the kind of file, and that of a symbolic link. */
const KIND = 0o170000
const LINK = 0o120000

const refuse = (message: string, cause?: unknown) => new OthersError('bad-tree', message, { cause })

export async function zipTree(path: string): Promise<OthersTree> {
  const zip = await new Promise<ZipFile>((resolve, reject) =>
    open(path, { lazyEntries: true, autoClose: false, strictFileNames: true }, (error, file) =>
      error ? reject(refuse('the zip cannot be read: it is damaged or none at all', error)) : resolve(file),
    ),
  )
  try {
    const entries = await entriesOf(zip, (await stat(path)).size)
    const root = rootOf(entries)
    const inside = entries.filter(({ fileName }) => fileName.startsWith(root))
    return {
      async *files() {
        for (const entry of inside) yield fileOf(zip, entry, entry.fileName.slice(root.length))
      },
      close: async () => zip.close(),
    }
  } catch (error) {
    zip.close()
    throw error
  }
}

/** The files of the central directory, all of them sound. */
async function entriesOf(zip: ZipFile, size: number): Promise<Entry[]> {
  if (zip.entryCount > MAX_ENTRIES)
    throw new OthersError('too-large', `the zip has ${zip.entryCount} entries, at most ${MAX_ENTRIES} are taken`)
  const entries: Entry[] = []
  const names = new Set<string>()
  let stored = 0
  const done = new Promise<void>((resolve, reject) => {
    zip.on('end', resolve)
    zip.on('error', (error) => reject(refuse('the zip cannot be read: its directory is damaged', error)))
    zip.on('entry', (entry: Entry) => {
      try {
        stored += entry.compressedSize
        if (stored > size) throw refuse('the zip is a bomb: its entries lie over one another')
        check(entry, names)
        if (!entry.fileName.endsWith('/')) entries.push(entry)
        zip.readEntry()
      } catch (error) {
        reject(error)
      }
    })
  })
  zip.readEntry()
  await done
  return entries
}

function check({ fileName, externalFileAttributes, generalPurposeBitFlag }: Entry, names: Set<string>): void {
  if (names.has(fileName)) throw refuse(`the zip has ${shown(fileName)} twice`)
  names.add(fileName)
  if (((externalFileAttributes >>> 16) & KIND) === LINK)
    throw refuse(`${shown(fileName)} in the zip is a symbolic link`)
  if ((generalPurposeBitFlag & 1) === 1) throw refuse(`${shown(fileName)} in the zip is encrypted`)
}

/** The folder of the one `properties` that lies highest. */
function rootOf(entries: readonly Entry[]): string {
  const roots = entries
    .filter(({ fileName }) => /(?:^|\/)properties$/.test(fileName))
    .map(({ fileName }) => fileName.slice(0, -'properties'.length))
    .sort((a, b) => a.split('/').length - b.split('/').length)
  if (roots.length === 0) throw refuse('the zip holds no properties, so it is no HiPS')
  const depth = roots[0].split('/').length
  if (roots.filter((root) => root.split('/').length === depth).length > 1)
    throw refuse('the zip holds more than one HiPS: unpack it and take them one by one')
  return roots[0]
}

function fileOf(zip: ZipFile, entry: Entry, path: string): OthersFile {
  const { uncompressedSize } = entry
  return {
    path,
    sizeBytes: uncompressedSize,
    modifiedMs: Math.floor(entry.getLastModDate().getTime() / 1000) * 1000,
    read: () => take(zip, entry, uncompressedSize),
    head: (length) => take(zip, entry, Math.min(length, uncompressedSize)),
  }
}

/** The first `length` bytes; all of them where the entry is as long, its length checked. */
async function take(zip: ZipFile, entry: Entry, length: number): Promise<Uint8Array> {
  const name = shown(entry.fileName)
  if (length > MAX_FILE_BYTES)
    throw new OthersError('too-large', `${name} has ${length} bytes, at most ${MAX_FILE_BYTES} are taken`)
  const stream = await new Promise<Readable>((resolve, reject) =>
    zip.openReadStream(entry, (error, readable) =>
      error ? reject(refuse(`${name} in the zip cannot be read`, error)) : resolve(readable),
    ),
  )
  const bytes = new Uint8Array(length)
  let at = 0
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      const part = chunk.subarray(0, length - at)
      bytes.set(part, at)
      at += part.length
      if (at === length && length < entry.uncompressedSize) break
    }
  } catch (error) {
    throw refuse(`${name} in the zip is damaged`, error)
  } finally {
    stream.destroy()
  }
  if (at < length) throw refuse(`${name} in the zip ends early`)
  if (length === entry.uncompressedSize && crc32(bytes) !== entry.crc32)
    throw refuse(`${name} in the zip is damaged: its checksum is another`)
  return bytes
}
