// One file as ingest sees it: its HDUs and tile tables, never a pixel. What the catalogue already holds of an untouched
// file is taken from there, so that looking at a folder again reads nothing.

import { createHash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { constants, type FileHandle, open } from 'node:fs/promises'
import {
  decodeFileIndex,
  encodeFileIndex,
  FitsError,
  type Hdu,
  readHdus,
  readTileIndex,
  type TileIndex,
} from '#src/fits'
import { type ByteSource, StorageError } from '#src/storage'
import type { Catalog, FileRecord, NewFile } from '../catalog/store.ts'
import { openFits } from '../storage/fits-file.ts'
import type { Described } from './describe.ts'
import { IngestError } from './errors.ts'
import { describeTree, readTree, treeHdu } from './lsst-tree.ts'
import { looksLikeFits, shown } from './walk.ts'

/** What the tile decoders of src/fits read. */
const DECODED: ReadonlySet<string> = new Set(['RICE_1', 'GZIP_1', 'GZIP_2', 'PLIO_1', 'HCOMPRESS_1', 'NOCOMPRESS'])
/** HDUs of one file that are looked at: focal planes have a few hundred. */
const MAX_HDUS = 4000

export interface IngestedFile {
  readonly name: string
  readonly path: string
  readonly sizeBytes: number
  readonly mtimeMs: number
  /** Digest of the headers. */
  readonly digest: string
  readonly hdus: readonly Hdu[]
  /** What the JSON tree of an lsst.images file says. */
  readonly tree: Described
  /** To be stored; absent where the catalogue holds the file as it is. */
  readonly record?: NewFile
}

type Known = Omit<FileRecord, 'index'>

export interface ReadFileOptions {
  readonly catalog: Catalog
  /** What the catalogue holds of the file. */
  readonly known?: Known
  readonly key: string
}

/** undefined: no FITS file, and its name does not claim it. Throws IngestError and what src/fits throws. */
export async function readFile(
  path: string,
  name: string,
  { catalog, known, key }: ReadFileOptions,
): Promise<IngestedFile | undefined> {
  const handle = await openToRead(path)
  try {
    const before = await handle.stat({ bigint: true })
    if (!before.isFile()) throw refused('is no regular file')
    const stats = numbers(before)
    const plain = handleSource(handle, stats.sizeBytes, name)
    const untouched = known && same(known, stats) ? await knownIndex(catalog, known) : undefined
    const source = looksLikeFits(name) && (await isGzip(plain)) ? await inflated(path, name, stats) : plain
    if (!untouched && !(await startsAsFits(source, name))) return undefined
    const hdus = untouched ?? (await readHdus(source, { maxHdus: MAX_HDUS }))
    const json = treeHdu(hdus)
    const tree = json ? await readTree(source, json) : undefined
    const file = {
      name,
      path,
      sizeBytes: stats.sizeBytes,
      mtimeMs: stats.mtimeMs,
      hdus,
      tree: tree ? describeTree(tree) : {},
    }
    if (untouched && known) return { ...file, digest: known.digest }

    const tiles = await tileIndexes(source, hdus)
    if (!same(numbers(await handle.stat({ bigint: true })), stats)) throw refused('was written to while it was read')
    const digest = digestOf(hdus)
    return { ...file, digest, record: { path, key, ...stats, digest, index: encodeFileIndex(hdus, tiles) } }
  } finally {
    await handle.close()
  }
}

async function openToRead(path: string): Promise<FileHandle> {
  try {
    // No link is followed, also not one that took the file's place since the folder was listed; no FIFO is waited for.
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw refused(code === 'ELOOP' ? 'a symbolic link, which is not followed' : `cannot be read (${code})`)
  }
}

async function knownIndex(catalog: Catalog, { fileId }: Known): Promise<Hdu[] | undefined> {
  const record = await catalog.file(fileId)
  try {
    return record && decodeFileIndex(record.index).hdus
  } catch (error) {
    // Written by another version: the headers are read again.
    if (error instanceof FitsError) return undefined
    throw error
  }
}

async function startsAsFits(source: ByteSource, name: string): Promise<boolean> {
  const bytes = await source.read({ offset: 0, length: 9 })
  const isFits = new TextDecoder('latin1').decode(bytes) === 'SIMPLE  ='
  if (isFits || !looksLikeFits(name)) return isFits
  if (bytes.length === 0) throw refused('is empty')
  throw refused('is no FITS file: it does not start with SIMPLE')
}

async function isGzip(source: ByteSource): Promise<boolean> {
  const [first, second] = await source.read({ offset: 0, length: 2 })
  return first === 0x1f && second === 0x8b
}

/** A file gzipped as a whole is read from memory, here and by every later reader: bounded, and slower than tiles. */
async function inflated(path: string, name: string, { sizeBytes, mtimeMs }: Stats): Promise<ByteSource> {
  try {
    return await openFits(path, shown(name), { expect: { sizeBytes, mtimeMs } })
  } catch (error) {
    throw error instanceof StorageError ? refused(error.message) : error
  }
}

async function tileIndexes(source: ByteSource, hdus: readonly Hdu[]): Promise<(TileIndex | undefined)[]> {
  const indexes: (TileIndex | undefined)[] = []
  for (const hdu of hdus) indexes.push(canDecode(hdu) && hdu.tiles ? await readTileIndex(source, hdu) : undefined)
  return indexes
}

/** False for tiles coded in a way that no reader here decodes. */
export const canDecode = (hdu: Hdu) => hdu.tiles === undefined || DECODED.has(hdu.tiles.algorithm)

function handleSource(handle: FileHandle, size: number, name: string): ByteSource {
  return {
    key: shown(name),
    size: async () => size,
    async read({ offset, length }) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)))
      let filled = 0
      while (filled < bytes.length) {
        const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, offset + filled)
        if (bytesRead === 0) throw new StorageError('changed', 'was cut short while it was read')
        filled += bytesRead
      }
      return bytes
    },
  }
}

interface Stats {
  readonly sizeBytes: number
  readonly mtimeMs: number
  readonly ctimeMs: number
}

function numbers({ size, mtimeNs, ctimeNs }: BigIntStats): Stats {
  // As node:fs makes mtimeMs from nanoseconds: the two must be the same double.
  const ms = (ns: bigint) => Number(ns / 1_000_000_000n) * 1000 + Number(ns % 1_000_000_000n) / 1_000_000
  return { sizeBytes: Number(size), mtimeMs: ms(mtimeNs), ctimeMs: ms(ctimeNs) }
}

const same = (a: Stats, b: Stats) => a.sizeBytes === b.sizeBytes && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs

function digestOf(hdus: readonly Hdu[]): string {
  const hash = createHash('sha256')
  for (const { header, dataOffset, dataLength } of hdus) {
    hash.update(`${dataOffset} ${dataLength}\n`)
    hash.update(header.encode())
  }
  return hash.digest('hex').slice(0, 32)
}

const refused = (reason: string) => new IngestError('refused', reason)
