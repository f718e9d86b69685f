// A map as a tree in a data folder, with its record, made of small tiles that are sound: for tests of what holds maps,
// not of what makes them.

import { mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { FitsHeader, imageHduBytes } from '#src/fits'
import { allskyPath, hipsMetrics, type TileFormat, tilePath, writeProperties } from '#src/hips'
import { mocJson, mocOf, skyFraction, writeMocFits } from '#src/moc'
import type { Catalog, MapRecord } from '../../origin/catalog/store.ts'

export interface TileMapOptions {
  readonly map?: string
  readonly order?: number
  /** Deepest tiles; their ancestors follow. */
  readonly cells?: readonly number[]
  readonly formats?: readonly TileFormat[]
  /** Bytes of a PNG, about. */
  readonly pngBytes?: number
  readonly more?: Partial<MapRecord>
}

/** 2026-11-22T12:00:00Z. */
const MADE_MS = Date.UTC(2026, 10, 22, 12)
const PNG_HEAD = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const PNG_END = [0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]

/** Begins and ends as a PNG does. */
export function pngBytes(seed: string, length: number): Uint8Array {
  const bytes = new Uint8Array(length + PNG_HEAD.length + PNG_END.length)
  let state = [...seed].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) >>> 0, 7)
  for (let k = 0; k < bytes.length; k++) bytes[k] = (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24
  bytes.set(PNG_HEAD)
  bytes.set(PNG_END, bytes.length - PNG_END.length)
  return bytes
}

/** 4 by 4 pixels, with CHECKSUM and DATASUM. */
export const fitsBytes = (value: number): Uint8Array =>
  imageHduBytes(
    new FitsHeader(),
    { bitpix: -32, width: 4, height: 4, data: new Float32Array(16).fill(value), bscale: 1, bzero: 0 },
    { primary: true },
  )

export async function tileMap(
  { catalog, dataFolder }: { readonly catalog: Catalog; readonly dataFolder: string },
  options: TileMapOptions = {},
): Promise<MapRecord> {
  const { map = 'test/r', order = 5, formats = ['png', 'fits'], more = {} } = options
  const { cells = [0, 1, 2, 3, 5, 300, 301, 5000, 5003, 12_287], pngBytes: length = 200 } = options
  const folder = `${map}@made`
  const root = join(dataFolder, 'hips', folder)
  let count = 0
  const write = (name: string, bytes: Uint8Array | string, modifiedS = MADE_MS / 1000) => {
    const path = join(root, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, bytes)
    utimesSync(path, modifiedS, modifiedS)
  }
  const tile = (format: TileFormat, name: string) =>
    format === 'fits' ? fitsBytes(count) : pngBytes(name, length + (count % 97))
  for (const format of formats) {
    for (let k = 0; k <= order; k++)
      for (const npix of new Set(cells.map((cell) => Math.floor(cell / 4 ** (order - k))))) {
        const name = tilePath({ order: k, npix, format })
        // Some with their own times, to the microsecond.
        write(name, tile(format, name), MADE_MS / 1000 + (++count % 5 === 0 ? count + 0.123456 : 0))
      }
    write(allskyPath(3, format), tile(format, 'all the sky'))
  }
  const moc = mocOf(order, [...cells])
  const stored = filesOf(root).map((path) => ({ path, sizeBytes: statSync(join(root, path)).size }))
  const { checkCode, tiles, sizeKb } = hipsMetrics(formats, stored)
  const properties = writeProperties([
    ['creator_did', 'ivo://skyedge.example/P/test'],
    ['obs_title', 'tiles'],
    ['hips_order', order],
    ['hips_tile_format', formats.join(' ')],
    ['hips_nb_tiles', tiles],
    ['hips_check_code', checkCode],
    ['hips_estsize', sizeKb],
  ])
  write('properties', properties)
  write('public/properties', properties)
  write('Moc.fits', writeMocFits(moc))
  write('public/Moc.fits', writeMocFits(moc))
  write('index.html', '<p>tiles</p>')
  const record: MapRecord = {
    map,
    title: 'tiles',
    release: 'dr1',
    order,
    publicOrder: order,
    formats,
    folder,
    generation: 'made',
    bands: ['r'],
    collections: [],
    rights: { access: 'public', release: 'dr1' },
    tileWidth: 512,
    mocOrder: order,
    moc: JSON.stringify(mocJson(moc)),
    skyFraction: skyFraction(moc),
    modifiedMs: MADE_MS,
    ...more,
  }
  await catalog.putMap(record)
  return record
}

/** Names of files below a folder, sorted. */
export const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort()
