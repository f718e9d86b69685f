// A map as a tree of files on disk.

import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { contentEtag } from '../digest.ts'
import type { MapFiles, StoredFile } from './map-files.ts'

interface Tag {
  readonly etag: string
  readonly modifiedMs: number
  readonly size: number
}

/** Tags remembered, so that a file is hashed once. */
const TAGS = 50_000
const tags = new Map<string, Tag>()

export class TreeFiles implements MapFiles {
  readonly #folder: string

  /** `folder` is absolute. */
  constructor(folder: string) {
    this.#folder = folder
  }

  async read(name: string): Promise<StoredFile | undefined> {
    const path = join(this.#folder, name)
    try {
      const { mtimeMs, size } = await stat(path)
      const modifiedMs = Math.floor(mtimeMs / 1000) * 1000
      const bytes = await readFile(path)
      const known = tags.get(path)
      if (known?.modifiedMs === modifiedMs && known.size === size) return { bytes, ...known }
      const tag = { etag: contentEtag(bytes), modifiedMs, size }
      if (tags.size >= TAGS) tags.clear()
      tags.set(path, tag)
      return { bytes, ...tag }
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
      throw error
    }
  }
}
