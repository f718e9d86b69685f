// A file of this machine as a range source. Files are replaced by a rename, so inode, size and time of change name a
// version; what is read comes from the descriptor whose version was looked at.

import type { BigIntStats } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { type RangeReadOptions, type RangeSource, StorageError } from '#src/storage'

/** `key` stands for the file in messages: its path is never shown. */
export function fileRange(path: string, key: string): RangeSource {
  let seen: string | undefined
  const look = async () => {
    const file = await openAs(path, key)
    try {
      return fileEtag(await file.stat({ bigint: true }))
    } finally {
      await file.close()
    }
  }
  return {
    key,
    get etag() {
      return seen ?? look()
    },
    async read(start, end, { ifMatch, signal }: RangeReadOptions = {}) {
      signal?.throwIfAborted()
      const file = await openAs(path, key)
      try {
        const stats = await file.stat({ bigint: true })
        if (!stats.isFile()) throw new StorageError('absent', `${key} is no file`)
        const etag = fileEtag(stats)
        if (ifMatch && ifMatch !== etag) throw new StorageError('changed', `${key} was replaced since it was opened`)
        if (!ifMatch) seen = etag
        const wanted = Math.max(0, Math.min(end, Number(stats.size)) - start)
        return await readFully(file, start, wanted, key)
      } finally {
        await file.close()
      }
    },
  }
}

export const fileEtag = ({ ino, size, mtimeNs }: BigIntStats): string =>
  `"${ino.toString(36)}-${size.toString(36)}-${mtimeNs.toString(36)}"`

async function openAs(path: string, key: string): Promise<FileHandle> {
  try {
    return await open(path)
  } catch (cause) {
    const gone = ['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')
    if (gone) throw new StorageError('absent', `${key} is not there`, { cause })
    throw new StorageError('unavailable', `${key} cannot be opened`, { cause })
  }
}

async function readFully(file: FileHandle, start: number, length: number, key: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, start + filled)
    if (bytesRead === 0) throw new StorageError('short', `${key} was cut short while it was read`)
    filled += bytesRead
  }
  return bytes
}
