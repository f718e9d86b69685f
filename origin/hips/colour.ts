// A colour map from three band maps: every tile from the FITS tiles of the bands, at every order, so that the colours
// at one order are those of its own values. Red, green and blue are the longest, middle and shortest wavelength.

import { join } from 'node:path'
import { cellsOf, degrade, type Moc, parseMocJson, unionOf } from '#src/moc'
import type { MapRecord, Product } from '../catalog/store.ts'
import {
  type BuildOptions,
  type BuildResult,
  type BuildWorld,
  checkPublicOrder,
  rightsOf,
  sizeOf,
  unchanged,
  withThreads,
} from './build.ts'
import type { Building } from './building.ts'
import { eachOf } from './each-of.ts'
import { HipsBuildError } from './errors.ts'
import { keyOf, NO_KEY } from './keys.ts'
import { checkMapName, hipsFolderOf } from './map-folder.ts'
import { TileMaker } from './materialise.ts'
import { storedTile } from './packed-files.ts'
import { publish } from './publish.ts'
import type { OldTiles } from './pyramid.ts'
import { type ColourRecipe, type ColourStyle, DEFAULT_ENCODING, MAKER } from './recipe.ts'
import { productsOfMap } from './sources.ts'
import type { Threads } from './threads.ts'
import { readKeys, tileName } from './tile-records.ts'
import { aboutOf, inBuilding, isUpToDate, oldMap, tilesToKeep } from './update.ts'
import type { TaskDone, TileDone } from './work.ts'

/** f(I) = asinh(10 I) / asinh(10) over values scaled by the bands' cuts: the curve of the grey maps. */
const SOFTENING = Math.asinh(10)

function colourStyle(bands: readonly MapRecord[]): ColourStyle {
  const cuts = bands.map(({ map, pixelCut }) => {
    if (!pixelCut) throw new HipsBuildError('bad-option', `${map} is no map of one band`)
    return pixelCut
  })
  const three = (of: (cut: (typeof cuts)[0]) => number) => cuts.map(of) as unknown as [number, number, number]
  return {
    kind: 'colour',
    minimum: three(({ low }) => low),
    scale: three(({ low, high }) => 1 / (high - low)),
    stretch: SOFTENING / 10,
    q: SOFTENING,
  }
}

/** `bands`: names of the maps of the shortest, middle and longest wavelength. */
export async function buildColourMap(
  options: Omit<BuildOptions, 'band' | 'cuts' | 'stretch'>,
  bands: readonly [string, string, string],
  world: BuildWorld,
): Promise<BuildResult> {
  checkMapName(options.map)
  const { catalog } = world
  const records = await Promise.all([...bands].reverse().map((name) => bandMap(name, world)))
  const order = Math.min(...records.map((record) => record.order))
  if (options.order !== undefined && options.order !== order)
    throw new HipsBuildError('bad-option', `the band maps end at order ${order}, expected that, got ${options.order}`)
  const products: Product[] = []
  for (const { bands, collections } of records)
    for (const band of bands)
      products.push(...(await productsOfMap(catalog, collections, { band, nowMs: world.nowMs })).products)
  const hipsFolder = hipsFolderOf(world.dataFolder)
  const old = await oldMap(catalog, hipsFolder, options.map)
  const publicOrder = checkPublicOrder(
    options.publicOrder ?? Math.min(...records.map((r) => r.publicOrder)),
    order,
    products,
  )
  // Colours have no values: a list of formats without a picture means PNG.
  const pictures = (options.formats ?? []).filter((format) => format !== 'fits')
  const formats = pictures.length > 0 ? pictures : (['png'] as const)
  const facts = {
    map: options.map,
    authority: world.authority,
    release: records[0].release,
    title: options.title ?? `${options.from.join(', ')} colour`,
    description: options.description,
    creator: options.creator,
    collections: [...new Set(records.flatMap(({ collections }) => collections))],
    bands: records.flatMap((record) => record.bands).reverse(),
    formats,
    overrides: options.properties ?? {},
  }
  const plan: Omit<ColourRecipe, 'releasedMs' | 'createdMs'> = {
    version: 1,
    maker: MAKER,
    kind: 'bands',
    order,
    formats,
    encoding: { ...DEFAULT_ENCODING, ...options.encoding },
    skipDeepest: options.skipDeepest ?? false,
    style: colourStyle(records),
    bands: records.map(({ map, generation }) => ({ map, generation })),
    about: aboutOf([facts, publicOrder]),
  }
  const counts = { images: products.length, leftOut: 0, keptCuts: false }
  if (old && !options.full && isUpToDate(old, { ...plan, releasedMs: 0 })) return unchanged(hipsFolder, old, counts)

  return inBuilding({ hipsFolder, map: options.map, plan, nowMs: world.nowMs }, async (building) => {
    const { releasedMs } = building
    const recipe: ColourRecipe = { ...plan, releasedMs, createdMs: old?.recipe.createdMs ?? releasedMs }
    const before = options.full ? undefined : await tilesToKeep(old, recipe)
    const tiles = await withThreads(options.threads, (threads) => {
      const maker = new TileMaker({ catalog, dataFolder: world.dataFolder, threads })
      return colourTiles(recipe, records, { threads, maker, building, hipsFolder, before, progress: world.progress })
    })
    const record = await publish({
      hipsFolder,
      building,
      catalog,
      recipe,
      tiles,
      publicOrder,
      rights: rightsOf(records[0].release, publicOrder === order),
      sources: [...bands],
      facts: { ...facts, releasedMs, createdMs: recipe.createdMs ?? releasedMs, products },
    })
    return { record, ...counts, ...sizeOf(tiles), upToDate: false }
  })
}

async function bandMap(name: string, { catalog }: BuildWorld): Promise<MapRecord> {
  const record = await catalog.map(name)
  if (!record) throw new HipsBuildError('no-such-map', `a colour map needs its band maps, but there is no map ${name}`)
  if (!record.formats.includes('fits'))
    throw new HipsBuildError(
      'bad-option',
      `a colour map needs FITS tiles, but ${name} has ${record.formats.join(', ')}`,
    )
  return record
}

interface Workshop {
  readonly threads: Threads
  readonly maker: TileMaker
  readonly building: Building
  readonly hipsFolder: string
  readonly before?: OldTiles
  readonly progress?: BuildWorld['progress']
}

async function colourTiles(
  recipe: ColourRecipe,
  records: readonly MapRecord[],
  { threads, maker, building, hipsFolder, before, progress }: Workshop,
): Promise<TileDone[]> {
  const { folder, journal } = building
  const mocs: Moc[] = records.map(({ moc }) => parseMocJson(JSON.parse(moc)))
  const coverage = unionOf(mocs.map((moc) => degrade(moc, recipe.order)))
  const addresses: { order: number; npix: number }[] = []
  for (let order = recipe.order; order >= 0; order--)
    for (const npix of cellsOf(degrade(coverage, order))) addresses.push({ order, npix })
  const known = await Promise.all(records.map((record) => readKeys(join(hipsFolder, record.folder))))
  const work = { ...recipe, folder, renderOrder: recipe.order }
  const done: TileDone[] = []
  let finished = 0

  const make = async (order: number, npix: number): Promise<TaskDone> => {
    const name = tileName({ order, npix })
    // Maps of an earlier program remember no tiles: then their generations stand for them.
    const keys = records.map(({ generation }, band) => known[band]?.get(name) ?? (known[band] ? NO_KEY : generation))
    const key = keyOf(keys)
    const old = before?.tiles.get(name)
    if (before && old?.key === key) {
      const taken = await threads.run({ kind: 'take', work, folder: before.folder, tile: old })
      if (taken.tiles.length > 0) return taken
    }
    const bands = await Promise.all(
      records.map(async (record) => {
        if (maker.isOnDemand(record, order)) return maker.make(record, order, npix, 'fits')
        const place = join(hipsFolder, record.folder)
        return record.layout?.kind === 'packed' ? storedTile(place, record, { order, npix, format: 'fits' }) : place
      }),
    )
    return threads.run({ kind: 'colour', work, order, npix, key, bands })
  }

  await eachOf(addresses, 2 * threads.count, async ({ order, npix }) => {
    const result = journal.done(order, npix)
    const made = result ?? (await make(order, npix))
    if (!result) journal.add(order, npix, made)
    done.push(...made.tiles)
    progress?.(++finished, addresses.length)
  })
  if (!done.some(({ files }) => files.length > 0)) throw new HipsBuildError('no-pixels', 'no band map has a tile')
  return done
}
