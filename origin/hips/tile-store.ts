// What a HiPS address answers with: the file's bytes, their tag, and when they were made. Addresses are parsed before
// they come here, so only numbers and names from a fixed list ever reach the disk.

import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { degrade, type Moc, parseMocJson, touches } from '#src/moc'
import type { Catalog, MapRecord } from '../catalog/store.ts'
import { TileMaker } from './materialise.ts'
import { Threads } from './threads.ts'
import { type TileAddress, tileFile } from './tile-files.ts'

export interface StoredFile {
  readonly bytes: Uint8Array
  /** Strong, of the content, with quotes. */
  readonly etag: string
  readonly modifiedMs: number
}

interface Tag {
  readonly etag: string
  readonly modifiedMs: number
  readonly size: number
}

/** Tags remembered, so that a 304 costs a stat and no reading. */
const TAGS = 50_000
/** A record is asked of the catalogue again after this long. */
const RECORD_MS = 1_000

export class TileStore {
  readonly #catalog: Catalog
  readonly #hips: string
  readonly #maker: TileMaker
  readonly #tags = new Map<string, Tag>()
  readonly #records = new Map<string, { record: MapRecord | undefined; untilMs: number }>()
  readonly #mocs = new Map<string, Moc>()

  constructor({ catalog, dataFolder }: { catalog: Catalog; dataFolder: string }) {
    this.#catalog = catalog
    this.#hips = join(dataFolder, 'hips')
    this.#maker = new TileMaker({ catalog, dataFolder, threads: new Threads(1) })
  }

  async map(name: string, nowMs: number): Promise<MapRecord | undefined> {
    const known = this.#records.get(name)
    if (known && nowMs < known.untilMs) return known.record
    const record = await this.#catalog.map(name)
    if (record || known) this.#records.set(name, { record, untilMs: nowMs + RECORD_MS })
    return record
  }

  /** After a file was not found: perhaps the map was replaced since its record was read. */
  async mapAfterMiss(seen: MapRecord, nowMs: number): Promise<MapRecord | undefined> {
    this.#records.delete(seen.map)
    const record = await this.map(seen.map, nowMs)
    return record && record.generation !== seen.generation ? record : undefined
  }

  /** `name` is from the fixed list of a map's files, never a request's text. */
  file(record: MapRecord, name: string): Promise<StoredFile | undefined> {
    return this.#read(join(this.#hips, record.folder, name))
  }

  async tile(record: MapRecord, tile: TileAddress): Promise<StoredFile | undefined> {
    if (!touches(this.#moc(record), tile.order, tile.npix)) return undefined
    const path = tileFile(join(this.#hips, record.folder), tile)
    const kept = await this.#read(path)
    if (kept || tile.order !== record.order) return kept
    const made = await this.#maker.make(record, tile.order, tile.npix, tile.format)
    return made && this.#read(path)
  }

  #moc(record: MapRecord): Moc {
    let moc = this.#mocs.get(record.generation)
    if (!moc) {
      if (this.#mocs.size > 64) this.#mocs.clear()
      moc = degrade(parseMocJson(JSON.parse(record.moc)), record.order)
      this.#mocs.set(record.generation, moc)
    }
    return moc
  }

  async #read(path: string): Promise<StoredFile | undefined> {
    try {
      const { mtimeMs, size } = await stat(path)
      const modifiedMs = Math.floor(mtimeMs / 1000) * 1000
      const bytes = await readFile(path)
      const known = this.#tags.get(path)
      if (known?.modifiedMs === modifiedMs && known.size === size) return { bytes, ...known }
      const tag = { etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`, modifiedMs, size }
      if (this.#tags.size >= TAGS) this.#tags.clear()
      this.#tags.set(path, tag)
      return { bytes, ...tag }
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
      throw error
    }
  }
}
