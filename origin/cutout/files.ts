// The files behind a product: their HDUs and tile tables out of the catalogue (decoded once, kept for the next
// request), and their bytes. A file that is no longer the one that was taken in is 'changed', never read.

import { decodeFileIndex, type FileIndex, FitsError, readHdus } from '#src/fits'
import { type ByteSource, StorageError } from '#src/storage'
import type { Catalog, FileRecord } from '../catalog/store.ts'
import { openFits } from '../storage/fits-file.ts'

export interface IndexedFile {
  readonly record: FileRecord
  readonly index: FileIndex
  readonly source: ByteSource
}

/** Files kept ready; an index of 60 compressed HDUs takes about 10 MB, descriptors are pooled elsewhere. */
const KEPT = 200
/** Bytes of gzip'd files kept inflated. */
const KEPT_INFLATED = 512 << 20

export function createFiles(catalog: Catalog) {
  const kept = new Map<string, Promise<IndexedFile>>()
  const inflated = new Map<string, number>()

  async function file(fileId: number): Promise<IndexedFile> {
    const record = await catalog.file(fileId)
    if (!record) throw new StorageError('absent', 'the catalogue has no such file')
    const key = `${fileId} ${record.digest} ${record.mtimeMs} ${record.sizeBytes}`
    const found = kept.get(key) ?? prepared(key, record)
    // Last in the map = most recently used.
    kept.delete(key)
    kept.set(key, found)
    try {
      return await found
    } catch (error) {
      forget(key)
      throw error
    }
  }

  async function prepared(key: string, record: FileRecord): Promise<IndexedFile> {
    const source = await openFits(record.path, record.key, { expect: record })
    const bytes = await source.size()
    if (bytes !== record.sizeBytes) inflated.set(key, bytes)
    for (const old of kept.keys()) {
      const total = [...inflated.values()].reduce((sum, size) => sum + size, 0)
      if (old === key || (kept.size < KEPT && total <= KEPT_INFLATED)) break
      forget(old)
    }
    return { record, index: await indexOf(record, source), source }
  }

  function forget(key: string): void {
    kept.delete(key)
    inflated.delete(key)
  }
  return { file }
}

/** An index that another version wrote is no use: then the headers are read from the file itself. */
async function indexOf(record: FileRecord, source: ByteSource): Promise<FileIndex> {
  try {
    return decodeFileIndex(record.index)
  } catch (error) {
    if (!(error instanceof FitsError)) throw error
    return { hdus: await readHdus(source), tiles: [] }
  }
}

export type Files = ReturnType<typeof createFiles>
