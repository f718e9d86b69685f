// A map as a tree of files on disk. What begins as no image is no tile, whatever its name: cut off by a crash, or put there
// by somebody after the map was taken.

import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { DaliError } from '#src/dali'
import { isTileOf, parseAllskyPath, parseTilePath } from '#src/hips'
import { contentEtag } from '../digest.ts'
import type { MapFiles, StoredFile } from './map-files.ts'

interface Tag {
  readonly etag: string
  readonly modifiedMs: number
}

interface Known extends Tag {
  /** Of the file that it is of: another in its place may have its length and its date. */
  readonly file: string
}

/** Twice what the largest tile has. */
const LONGEST_BYTES = 256 * 1024 * 1024
/** Tags remembered, so that a file is hashed once. */
const TAGS = 50_000
const tags = new Map<string, Known>()

export class TreeFiles implements MapFiles {
  readonly #folder: string

  /** `folder` is absolute. */
  constructor(folder: string) {
    this.#folder = folder
  }

  /** Throws DaliError `unavailable` for an image that is none. */
  async read(name: string): Promise<StoredFile | undefined> {
    const path = join(this.#folder, name)
    try {
      // What is looked at is what is read, whatever takes its place meanwhile.
      await using handle = await open(path)
      const { mtimeMs, ctimeMs, size, ino } = await handle.stat()
      if (size > LONGEST_BYTES) throw damaged(`${name} of the map's folder has ${size} bytes`)
      const bytes = await contents(handle, size)
      const file = `${ino} ${ctimeMs} ${mtimeMs} ${size}`
      const known = tags.get(path)
      const format = (parseTilePath(name) ?? parseAllskyPath(name))?.format
      if (format && !isTileOf(format, bytes)) throw damaged(`${name} of the map's folder is no ${format} image`)
      if (known?.file === file) return { bytes, etag: known.etag, modifiedMs: known.modifiedMs }
      const tag: Tag = { etag: contentEtag(bytes), modifiedMs: Math.floor(mtimeMs / 1000) * 1000 }
      if (tags.size >= TAGS) tags.clear()
      tags.set(path, { ...tag, file })
      return { bytes, ...tag }
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
      throw error
    }
  }
}

/** All of a file whose length is known: readFile() would ask for that again. */
async function contents(handle: FileHandle, size: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(size)
  let length = 0
  for (let read = 1; read > 0 && length < size; length += read)
    read = (await handle.read(bytes, length, size - length)).bytesRead
  return bytes.subarray(0, length)
}

const damaged = (why: string) =>
  new DaliError('unavailable', 'this part of the map is damaged where it is stored', {
    cause: new Error(why),
    retryAfterS: 300,
  })
