// A FITS file to read from, inflated first when it is gzip'd as a whole (.fits.gz, or gzip under another name):
// random access needs the bytes themselves. What it may inflate to is bounded.

import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { memorySource, StorageError } from '#src/storage'
import { type FileSource, type OpenFileOptions, openFile } from './file-source.ts'

export interface OpenFitsOptions extends OpenFileOptions {
  /** Bytes that a gzip'd file may have inside (default 512 MiB). */
  readonly maxInflatedBytes?: number
}

export async function openFits(path: string, key: string, options: OpenFitsOptions = {}): Promise<FileSource> {
  const file = await openFile(path, key, options)
  const magic = await file.read({ offset: 0, length: 2 })
  if (magic[0] !== 0x1f || magic[1] !== 0x8b) return file
  await file.close()
  return {
    ...memorySource(key, await inflate(path, key, options.maxInflatedBytes ?? 512 * 2 ** 20)),
    close: async () => {},
  }
}

async function inflate(path: string, key: string, maxBytes: number): Promise<Uint8Array> {
  const pieces: Buffer[] = []
  let length = 0
  const input = createReadStream(path)
  const gunzip = createGunzip()
  input.on('error', (error) => gunzip.destroy(error))
  try {
    for await (const piece of input.pipe(gunzip) as AsyncIterable<Buffer>) {
      length += piece.length
      if (length > maxBytes)
        throw new StorageError('full', `${key} inflates to more than the ${maxBytes} bytes a gzip'd file may hold`)
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
