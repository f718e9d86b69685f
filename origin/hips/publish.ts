// The last step of a build: what describes the map is written beside its tiles, the whole folder takes its place by
// one rename of a link, and the catalogue learns of the new generation. Until then the old map is untouched.

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { allskyPath, formatWord, hipsMetrics, tilePath, writeProperties } from '#src/hips'
import { degrade, type Moc, mocJson, mocOf, skyFraction, writeMocFits } from '#src/moc'
import type { Catalog, MapRecord, ProductRights } from '../catalog/store.ts'
import { allskyFits, allskyPicture } from './allsky.ts'
import { type Building, sweepPlaces } from './building.ts'
import { indexHtml, type MapFacts, propertiesOf } from './describe.ts'
import { takePlace } from './map-folder.ts'
import { previewJpeg } from './preview.ts'
import { type Recipe, TILE_WIDTH, type TileFormat } from './recipe.ts'
import { STATISTICS_FILE, statisticsOf } from './statistics.ts'
import { writeWhole } from './tile-files.ts'
import { inOrder, writeTiles } from './tile-records.ts'
import { viewOf } from './view.ts'
import type { TileDone } from './work.ts'

/** Everybody may look, and copy it once. */
const PUBLIC = 'public master clonableOnce'

export interface Publication {
  readonly hipsFolder: string
  readonly building: Pick<Building, 'folder' | 'place' | 'generation'>
  readonly catalog: Catalog
  readonly facts: Omit<MapFacts, 'view'>
  readonly recipe: Recipe
  readonly tiles: readonly TileDone[]
  readonly publicOrder: number
  readonly rights: ProductRights
  readonly sources?: readonly string[]
}

export async function publish(publication: Publication): Promise<MapRecord> {
  const { hipsFolder, catalog, recipe, publicOrder, facts, rights } = publication
  const { folder, place, generation } = publication.building
  const { order, formats, releasedMs, skipDeepest } = recipe
  const all = inOrder(publication.tiles)
  const tiles = all.filter(({ files }) => files.length > 0)
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
  const allsky: { format: TileFormat; bytes: Uint8Array }[] = []
  for (const format of formats) {
    const picture = format !== 'fits' && allskyPicture(format, small, channels, recipe.encoding)
    allsky.push({ format, bytes: (await picture) || allskyFits(small) })
  }
  for (const { format, bytes } of allsky) write(allskyPath(3, format), bytes)
  const files = [
    ...tiles.flatMap(({ order, npix, files }) =>
      files.map(({ format, bytes }) => ({ order, path: tilePath({ order, npix, format }), sizeBytes: bytes })),
    ),
    ...allsky.map(({ format, bytes }) => ({ order: 3, path: allskyPath(3, format), sizeBytes: bytes.length })),
  ]
  const describe = (limit: number, sky: Moc, status: string) => {
    const metrics = hipsMetrics(
      formats.map(formatWord),
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
  const picture = formats.find((format) => format !== 'fits')
  if (picture) write('preview.jpg', await previewJpeg(folder, view, skipDeepest ? order - 1 : order, picture))
  write(STATISTICS_FILE, `${JSON.stringify(statisticsOf(tiles, formats, skipDeepest), undefined, 1)}\n`)
  await writeTiles(folder, all)

  const before = await catalog.map(facts.map)
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
  await sweepPlaces(hipsFolder, record)
  return record
}
