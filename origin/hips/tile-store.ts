// What a HiPS address answers with: the file's bytes, their tag, and when they were made. Addresses are parsed before
// they come here, so only numbers and names from a fixed list ever reach the disk.

import { join } from 'node:path'
import { sinceMs } from '#src/caching'
import { type TileAddress, tilePath } from '#src/hips'
import { degrade, type Moc, parseMocJson, touches } from '#src/moc'
import type { Catalog, MapLayout, MapRecord } from '../catalog/store.ts'
import { contentEtag } from '../digest.ts'
import type { AwsSettings } from '../storage/s3-address.ts'
import type { MapFiles, StoredFile } from './map-files.ts'
import { hipsFolderOf } from './map-folder.ts'
import { TileMaker } from './materialise.ts'
import { refreshPulled } from './others/pull.ts'
import { RemoteFiles } from './others/remote-files.ts'
import { PackedFiles } from './packed-files.ts'
import type { TileFormat } from './recipe.ts'
import { packOpener } from './stored-packs.ts'
import { Threads } from './threads.ts'
import { TreeFiles } from './tree-files.ts'

/** A record is asked of the catalogue again after this long. */
const RECORD_MS = 1_000

export interface TileStoreOptions {
  readonly catalog: Catalog
  readonly dataFolder: string
  /** For packs that are in an object store only. */
  readonly aws: AwsSettings
  /** Unix ms; how old what other nodes gave is. */
  readonly clock?: () => number
}

export class TileStore {
  readonly #catalog: Catalog
  readonly #aws: AwsSettings
  readonly #hips: string
  readonly #maker: TileMaker
  readonly #records = new Map<string, { record: MapRecord | undefined; atMs: number }>()
  readonly #mocs = new Map<string, Moc>()
  /** By folder: what is on its way from other nodes is known once. */
  readonly #remote = new Map<string, RemoteFiles>()
  readonly #dataFolder: string
  readonly #clock: () => number

  constructor({ catalog, dataFolder, aws, clock = Date.now }: TileStoreOptions) {
    this.#aws = aws
    this.#catalog = catalog
    this.#dataFolder = dataFolder
    this.#clock = clock
    this.#hips = hipsFolderOf(dataFolder)
    this.#maker = new TileMaker({ catalog, dataFolder, threads: new Threads(1) })
  }

  async map(name: string, nowMs: number): Promise<MapRecord | undefined> {
    const known = this.#records.get(name)
    if (known && sinceMs(known.atMs, nowMs) < RECORD_MS) return known.record
    const record = await this.#catalog.map(name)
    if (record || known) this.#records.set(name, { record, atMs: nowMs })
    return record
  }

  /** After a file was not found: perhaps the map was replaced since its record was read. */
  async mapAfterMiss(seen: MapRecord, nowMs: number): Promise<MapRecord | undefined> {
    this.#records.delete(seen.map)
    const record = await this.map(seen.map, nowMs)
    // Packing moves a map without making it another one.
    return record && (record.generation !== seen.generation || record.folder !== seen.folder) ? record : undefined
  }

  /** `name` is from the fixed list of a map's files, never a request's text. */
  file(record: MapRecord, name: string): Promise<StoredFile | undefined> {
    return this.#files(record).read(name)
  }

  async tile(record: MapRecord, tile: TileAddress): Promise<StoredFile | undefined> {
    if (!touches(this.#moc(record), tile.order, tile.npix)) return undefined
    const files = this.#files(record)
    const name = tilePath(tile)
    const kept = await files.read(name)
    if (kept || tile.order !== record.order || !isMadeHere(record)) return kept
    const made = await this.#maker.make(record, tile.order, tile.npix, tile.format as TileFormat)
    if (!made) return undefined
    const { modifiedMs } = record
    return (await files.read(name)) ?? { bytes: made, etag: contentEtag(made), modifiedMs }
  }

  #files(record: MapRecord): MapFiles {
    const { folder, layout = { kind: 'tree' } } = record
    if (layout.kind === 'remote') return this.#remoteFiles(record, layout)
    if (layout.kind === 'packed')
      return new PackedFiles(join(this.#hips, folder), { ...layout, open: packOpener(record, this.#aws) })
    return new TreeFiles(join(this.#hips, folder))
  }

  #remoteFiles(record: MapRecord, layout: MapLayout & { kind: 'remote' }): RemoteFiles {
    const known = this.#remote.get(record.folder)
    if (known?.generation === record.generation) return known
    known?.close()
    const files = new RemoteFiles({
      ...layout,
      folder: join(this.#hips, record.folder),
      generation: record.generation,
      tileWidth: record.tileWidth,
      clock: this.#clock,
      refresh: () =>
        refreshPulled(record, { catalog: this.#catalog, dataFolder: this.#dataFolder, nowMs: this.#clock() }),
    })
    this.#remote.set(record.folder, files)
    return files
  }

  #moc(record: MapRecord): Moc {
    let moc = this.#mocs.get(record.generation)
    if (!moc) {
      if (this.#mocs.size > 64) this.#mocs.clear()
      moc = degrade(parseMocJson(JSON.parse(record.tiles ?? record.moc)), record.order)
      this.#mocs.set(record.generation, moc)
    }
    return moc
  }
}

/** Its images are ours: tiles that are not there can be made. */
const isMadeHere = ({ made = 'built', layout = { kind: 'tree' } }: MapRecord) =>
  made === 'built' && layout.kind === 'tree'
