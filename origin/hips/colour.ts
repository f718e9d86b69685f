// A colour map from three band maps: every tile from the FITS tiles of the bands, at every order, so that the colours
// at one order are those of its own values. Red, green and blue are the longest, middle and shortest wavelength.

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cellsOf, degrade, type Moc, parseMocJson, unionOf } from '#src/moc'
import type { MapRecord, Product } from '../catalog/store.ts'
import {
  type BuildOptions,
  type BuildResult,
  type BuildWorld,
  checkPublicOrder,
  hipsFolderOf,
  rightsOf,
  sizeOf,
} from './build.ts'
import { HipsBuildError } from './errors.ts'
import { TileMaker } from './materialise.ts'
import { checkMapName, publish, startFolder } from './publish.ts'
import { inParallel } from './pyramid.ts'
import type { ColourRecipe, ColourStyle } from './recipe.ts'
import { productsOfMap } from './sources.ts'
import { Threads } from './threads.ts'
import type { TileDone } from './work.ts'

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
  options: Omit<BuildOptions, 'band' | 'cuts' | 'stretch' | 'formats'>,
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
  const publicOrder = checkPublicOrder(
    options.publicOrder ?? Math.min(...records.map((r) => r.publicOrder)),
    order,
    products,
  )
  const releasedMs = Math.floor(world.nowMs / 1000) * 1000
  const recipe: ColourRecipe = {
    version: 1,
    kind: 'bands',
    order,
    formats: ['png'],
    releasedMs,
    skipDeepest: options.skipDeepest ?? false,
    style: colourStyle(records),
    bands: records.map(({ map, generation }) => ({ map, generation })),
  }
  const hipsFolder = hipsFolderOf(world.dataFolder)
  const folder = await startFolder(hipsFolder)
  const threads = new Threads(options.threads)
  const maker = new TileMaker({ catalog, dataFolder: world.dataFolder, threads })
  try {
    const tiles = await colourTiles(recipe, records, { threads, maker, folder, hipsFolder, progress: world.progress })
    const record = await publish({
      hipsFolder,
      folder,
      catalog,
      recipe,
      tiles,
      publicOrder,
      rights: rightsOf(records[0].release, publicOrder === order),
      sources: [...bands],
      facts: {
        map: options.map,
        authority: world.authority,
        release: records[0].release,
        title: options.title ?? `${options.from.join(', ')} colour`,
        description: options.description,
        creator: options.creator,
        collections: [...new Set(records.flatMap(({ collections }) => collections))],
        bands: records.flatMap((record) => record.bands).reverse(),
        formats: recipe.formats,
        releasedMs,
        createdMs: releasedMs,
        products,
        overrides: options.properties ?? {},
      },
    })
    return { record, images: products.length, leftOut: 0, ...sizeOf(tiles) }
  } finally {
    await threads.close()
    await rm(folder, { recursive: true, force: true })
  }
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
  readonly folder: string
  readonly hipsFolder: string
  readonly progress?: BuildWorld['progress']
}

async function colourTiles(
  recipe: ColourRecipe,
  records: readonly MapRecord[],
  { threads, maker, folder, hipsFolder, progress }: Workshop,
): Promise<TileDone[]> {
  const mocs: Moc[] = records.map(({ moc }) => parseMocJson(JSON.parse(moc)))
  const coverage = unionOf(mocs.map((moc) => degrade(moc, recipe.order)))
  const addresses: { order: number; npix: number }[] = []
  for (let order = recipe.order; order >= 0; order--)
    for (const npix of cellsOf(degrade(coverage, order))) addresses.push({ order, npix })
  const work = { ...recipe, folder, renderOrder: recipe.order }
  const done: TileDone[] = []
  let finished = 0
  await inParallel(addresses, 2 * threads.count, async ({ order, npix }) => {
    const bands = await Promise.all(
      records.map(async (record) =>
        maker.isOnDemand(record, order) ? maker.make(record, order, npix, 'fits') : join(hipsFolder, record.folder),
      ),
    )
    const { tiles } = await threads.run({ kind: 'colour', work, order, npix, bands })
    done.push(...tiles)
    progress?.(++finished, addresses.length)
  })
  if (done.length === 0) throw new HipsBuildError('no-pixels', 'no band map has a tile')
  return done
}
