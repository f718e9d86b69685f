// The last step of a build: what describes the map is written beside its tiles, the whole folder takes its place by
// one rename of a link, and the catalogue learns of the new generation. Until then the old map is untouched.

import { randomBytes } from 'node:crypto'
import { lstat, mkdir, readdir, rename, rm, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { allskyPath, hipsMetrics, tilePath, writeProperties } from '#src/hips'
import { degrade, type Moc, mocJson, mocOf, skyFraction, writeMocFits } from '#src/moc'
import type { Catalog, MapRecord, ProductRights } from '../catalog/store.ts'
import { allskyFits, allskyPng } from './allsky.ts'
import { indexHtml, type MapFacts, propertiesOf } from './describe.ts'
import { HipsBuildError } from './errors.ts'
import { previewJpeg } from './preview.ts'
import { type Recipe, TILE_WIDTH } from './recipe.ts'
import { writeWhole } from './tile-files.ts'
import { viewOf } from './view.ts'
import type { TileDone } from './work.ts'

const SEGMENT = /^[a-z0-9][a-z0-9_.-]{0,63}$/i
/** First segments of addresses below a map: no map may be named so. */
const RESERVED = /^(norder\d+|public|properties|moc\.fits|.*\.part)$/i

/** `demo/dr1/r`: 1 to 6 segments. */
export function checkMapName(map: string): void {
  const segments = map.split('/')
  if (segments.length > 6 || !segments.every((segment) => SEGMENT.test(segment) && !RESERVED.test(segment)))
    throw new HipsBuildError('bad-name', `a map is named like "demo/dr1/r", got ${JSON.stringify(map.slice(0, 200))}`)
}

/** Everybody may look, and copy it once. */
const PUBLIC = 'public master clonableOnce'

const BUILDING = /^\.building-(\d+)-[0-9a-f]+$/

/** A folder to build in; what builds that died left behind is taken away. */
export async function startFolder(hipsFolder: string): Promise<string> {
  await mkdir(hipsFolder, { recursive: true })
  for (const name of await readdir(hipsFolder)) {
    const pid = BUILDING.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(hipsFolder, name), { recursive: true, force: true })
  }
  const folder = join(hipsFolder, `.building-${process.pid}-${randomBytes(6).toString('hex')}`)
  await mkdir(folder)
  return folder
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

export interface Publication {
  readonly hipsFolder: string
  /** Where the tiles were written. */
  readonly folder: string
  readonly catalog: Catalog
  readonly facts: Omit<MapFacts, 'view'>
  readonly recipe: Recipe
  readonly tiles: readonly TileDone[]
  readonly publicOrder: number
  readonly rights: ProductRights
  readonly sources?: readonly string[]
}

export async function publish(publication: Publication): Promise<MapRecord> {
  const { hipsFolder, folder, catalog, recipe, tiles, publicOrder, facts, rights } = publication
  const { order, formats, releasedMs } = recipe
  const deepest = tiles.filter((tile) => tile.order === order)
  const moc = mocOf(
    order,
    deepest.map(({ npix }) => npix),
  )
  const publicMoc = degrade(moc, publicOrder)
  const filled = new Map(deepest.map(({ npix, filled = 1 }) => [npix, filled]))
  const view = viewOf(moc, { filled, outlines: facts.products.map(({ footprint }) => footprint) })
  const complete: MapFacts = { ...facts, view }

  const write = (name: string, bytes: Uint8Array | string) => writeWhole(join(folder, name), bytes, releasedMs)
  const small = tiles.filter((tile) => tile.order === 3)
  const channels = recipe.kind === 'bands' ? 4 : 2
  const allsky = formats.map((format) => ({
    format,
    bytes: format === 'fits' ? allskyFits(small) : allskyPng(small, channels),
  }))
  for (const { format, bytes } of allsky) write(allskyPath(3, format), bytes)
  const files = [
    ...tiles.flatMap(({ order, npix, files }) =>
      files.map(({ format, bytes }) => ({ order, path: tilePath({ order, npix, format }), sizeBytes: bytes })),
    ),
    ...allsky.map(({ format, bytes }) => ({ order: 3, path: allskyPath(3, format), sizeBytes: bytes.length })),
  ]
  const describe = (limit: number, sky: Moc, status: string) => {
    const metrics = hipsMetrics(
      formats,
      files.filter((file) => file.order <= limit),
    )
    return writeProperties(propertiesOf(complete, { order: limit, metrics, skyFraction: skyFraction(sky), status }))
  }
  const open = rights.access === 'public' && publicOrder === order
  write('properties', describe(order, moc, open ? PUBLIC : 'private master unclonable'))
  write('Moc.fits', writeMocFits(moc))
  write('public/properties', describe(publicOrder, publicMoc, PUBLIC))
  write('public/Moc.fits', writeMocFits(publicMoc))
  write('recipe.json', JSON.stringify(recipe))
  write('index.html', indexHtml(facts.title, view))
  if (formats.includes('png'))
    write('preview.jpg', await previewJpeg(folder, view, recipe.skipDeepest ? order - 1 : order))

  const generation = `${new Date(releasedMs).toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(4).toString('hex')}`
  const before = await catalog.map(facts.map)
  const place = `${facts.map}@${generation}`
  await takePlace(hipsFolder, folder, facts.map, place)
  const record: MapRecord = {
    map: facts.map,
    title: facts.title,
    release: facts.release,
    order,
    publicOrder,
    formats,
    folder: place,
    generation,
    bands: facts.bands,
    collections: facts.collections,
    rights,
    tileWidth: TILE_WIDTH,
    mocOrder: order,
    moc: JSON.stringify(mocJson(moc)),
    publicMoc: JSON.stringify(mocJson(publicMoc)),
    ...(recipe.kind === 'images' && { pixelCut: recipe.style }),
    ...(publication.sources && { sources: publication.sources }),
    skyFraction: skyFraction(moc),
    modifiedMs: releasedMs,
  }
  await catalog.putMap(record)
  if (before && before.folder !== place) await rm(join(hipsFolder, before.folder), { recursive: true, force: true })
  return record
}

/** The folder gets its lasting name, then the map's own name, a link, points to it from one moment to the next. */
export async function takePlace(hipsFolder: string, folder: string, map: string, place: string): Promise<void> {
  const link = join(hipsFolder, map)
  // A name below another map's would be written into that map's folder.
  for (let above = dirname(map); above !== '.'; above = dirname(above))
    if ((await lstat(join(hipsFolder, above)).catch(() => undefined))?.isSymbolicLink())
      throw new HipsBuildError('bad-name', `the name ${map} lies below the map ${above}`)
  await mkdir(dirname(link), { recursive: true })
  const existing = await lstat(link).catch(() => undefined)
  if (existing && !existing.isSymbolicLink())
    throw new HipsBuildError('bad-name', `the name ${map} is taken: other maps lie below it`)
  await rename(folder, join(hipsFolder, place))
  const temporary = `${link}.${process.pid}.part`
  await rm(temporary, { force: true })
  await symlink(basename(place), temporary)
  await rename(temporary, link)
}
