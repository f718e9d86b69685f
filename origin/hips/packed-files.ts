// A map whose tiles lie in packs; what describes it lies beside them as plain files. A tile costs one read of its pack
// where the directory is known; directories take a bounded share of memory, for all maps together.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type PackAddress,
  PackCache,
  PackReader,
  type PackShape,
  packFor,
  packName,
  parseAllskyPath,
  parseTilePath,
  type TileAddress,
  type TileFormat,
  tilePath,
} from '#src/hips'
import { type RangeSource, StorageError } from '#src/storage'
import type { MapRecord } from '../catalog/store.ts'
import { sha256 } from '../digest.ts'
import { fileRange } from '../storage/file-range.ts'
import type { MapFiles, StoredFile } from './map-files.ts'
import { TreeFiles } from './tree-files.ts'

/** Directories of packs in memory: about 1.6 million tiles. */
const directories = new PackCache({ maxBytes: 64 * 1024 * 1024 })

export interface PackedFilesOptions {
  readonly shardOrder: number
  /** Of the longest head, as the map's layout says. */
  readonly headBytes?: number
  readonly cache?: PackCache
  /** How a pack is opened: tests count its reads. */
  readonly open?: (path: string, name: string) => RangeSource
}

export class PackedFiles implements MapFiles {
  readonly #folder: string
  readonly #plain: TreeFiles
  readonly #options: PackedFilesOptions

  /** `folder` is absolute. */
  constructor(folder: string, options: PackedFilesOptions) {
    this.#folder = folder
    this.#plain = new TreeFiles(folder)
    this.#options = options
  }

  /** Throws PackError where a pack is damaged: no byte of it is handed out unseen. */
  async read(name: string): Promise<StoredFile | undefined> {
    const tile = parseTilePath(name)
    const allsky = tile ? undefined : parseAllskyPath(name)
    if (tile) return this.#read(tile.format, packFor(tile, this.#options.shardOrder), tile)
    return allsky ? this.#read(allsky.format, 'top', { allsky: allsky.order }) : this.#plain.read(name)
  }

  async #read(format: TileFormat, root: PackShape['root'], address: PackAddress): Promise<StoredFile | undefined> {
    const { shardOrder, headBytes, cache = directories, open = fileRange } = this.#options
    const name = packName(format, shardOrder, root)
    const path = join(this.#folder, 'packs', name)
    const shape = { format, root, firstOrder: root === 'top' ? 0 : shardOrder }
    const reader = cache.get(path, () =>
      PackReader.open(open(path, name), { sha256, shape, ...(headBytes && { firstReadBytes: headBytes }) }),
    )
    try {
      const found = await reader.read(address)
      return found && { bytes: found.bytes, etag: found.etag, modifiedMs: found.modifiedMs }
    } catch (error) {
      cache.delete(path)
      if (error instanceof StorageError && error.code === 'absent') return undefined
      throw error
    }
  }
}

/** A tile's bytes as they are stored, in a tree or packed; undefined where there is none. */
export async function storedTile(
  folder: string,
  { layout }: Pick<MapRecord, 'layout'>,
  tile: TileAddress,
): Promise<Uint8Array | undefined> {
  if (layout?.kind === 'packed') return (await new PackedFiles(folder, layout).read(tilePath(tile)))?.bytes
  return readFile(join(folder, tilePath(tile))).catch(() => undefined)
}
