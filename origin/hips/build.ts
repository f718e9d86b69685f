// `skyedge hips build`: from a collection's images to a published map. What goes where is planned from the outlines,
// tiles are made in threads, and nothing shows before the whole map is there.

import type { Curve } from '#src/image'
import type { Catalog, MapRecord, Product } from '../catalog/store.ts'
import { HipsBuildError } from './errors.ts'
import type { RenderImage } from './images.ts'
import { checkMapName, hipsFolderOf } from './map-folder.ts'
import { MAX_ORDER, MIN_ORDER, orderFor, planCoverage } from './plan.ts'
import { publish } from './publish.ts'
import { makePyramid, type Progress } from './pyramid.ts'
import { DEFAULT_ENCODING, type Encoding, type ImageRecipe, MAKER, type TileFormat } from './recipe.ts'
import { autoCuts, PlaneFinder, productsOfMap, weighted } from './sources.ts'
import { Threads } from './threads.ts'
import { readTiles } from './tile-records.ts'
import { aboutOf, inBuilding, isUpToDate, type OldMap, oldMap, tidy, tilesToKeep } from './update.ts'
import type { TileDone } from './work.ts'

export interface BuildWorld {
  readonly catalog: Catalog
  readonly dataFolder: string
  readonly authority: string
  /** Unix milliseconds. */
  readonly nowMs: number
  readonly progress?: Progress
}

export interface BuildOptions {
  readonly map: string
  /** Collections whose images make the map. */
  readonly from: readonly string[]
  readonly band?: string
  /** Deepest order; default: the first whose pixels are no larger than the images'. */
  readonly order?: number
  /**
   * Deepest order that everybody may see; default: all of a map of public images, else two less than the order; no more
   * than the map had before.
   */
  readonly publicOrder?: number
  readonly formats?: readonly TileFormat[]
  /** Default: those of the map before, else `auto`. */
  readonly cuts?: 'auto' | { readonly low: number; readonly high: number }
  readonly stretch?: Curve
  readonly title?: string
  readonly description?: string
  readonly creator?: string
  /** Deepest tiles are counted and summed but not kept: the origin makes them when they are asked for. */
  readonly skipDeepest?: boolean
  readonly threads?: number | Threads
  readonly encoding?: Partial<Encoding>
  /** Make every tile anew, also those whose images are the same. */
  readonly full?: boolean
  /** Further or other `properties`. */
  readonly properties?: Readonly<Record<string, string>>
}

export interface BuildResult {
  readonly record: MapRecord
  readonly images: number
  readonly leftOut: number
  readonly tiles: number
  readonly bytes: number
  /** Of the tiles: made in this build; the others were right. */
  readonly remade: number
  /** Nothing was to be done: the map is the one before. */
  readonly upToDate: boolean
  /** The cuts are those of the map before, though nobody named them. */
  readonly keptCuts: boolean
}

export async function buildMap(options: BuildOptions, world: BuildWorld): Promise<BuildResult> {
  checkMapName(options.map)
  const { map } = options
  const { catalog, nowMs } = world
  const { products, leftOut } = await productsOfMap(catalog, options.from, { band: options.band, nowMs })
  const native = orderFor(Math.min(...products.map(({ pixelScaleArcsec }) => pixelScaleArcsec)))
  const order = checkOrder(options.order ?? native)
  const formats = options.formats ?? ['png', 'fits']
  const hipsFolder = hipsFolderOf(world.dataFolder)
  const old = await oldMap(catalog, hipsFolder, map)
  const publicOrder = checkPublicOrder(options.publicOrder, order, products, old?.record.publicOrder)

  const images = await weighted(products, new PlaneFinder(catalog))
  const { cuts, keptCuts } = await cutsOf(options, old, images)
  const coverage = planCoverage(
    products.map(({ footprint }) => footprint),
    order,
  )
  const facts = {
    map,
    authority: world.authority,
    release: products[0].release,
    title: options.title ?? `${options.from.join(', ')}${options.band ? ` ${options.band}` : ''}`,
    description: options.description,
    creator: options.creator,
    collections: options.from,
    bands: [...new Set(products.flatMap(({ band }) => band ?? []))],
    formats,
    overrides: options.properties ?? {},
  }
  const plan: Omit<ImageRecipe, 'releasedMs' | 'createdMs'> = {
    version: 1,
    maker: MAKER,
    kind: 'images',
    order,
    renderOrder: Math.max(order, native),
    formats,
    encoding: { ...DEFAULT_ENCODING, ...options.encoding },
    skipDeepest: options.skipDeepest ?? false,
    collections: options.from,
    style: { kind: 'grey', ...cuts, stretch: options.stretch ?? 'asinh' },
    images: images.map(({ weight }, i) => ({
      publisherDid: products[i].publisherDid,
      generation: products[i].generation,
      weight,
    })),
    about: aboutOf([facts, publicOrder]),
  }
  const counts = { images: images.length, leftOut, keptCuts }
  if (old && !options.full && isUpToDate(old, { ...plan, releasedMs: 0 })) return unchanged(hipsFolder, old, counts)

  return inBuilding({ hipsFolder, map, plan, nowMs }, async (building) => {
    const { releasedMs, journal, folder } = building
    const recipe: ImageRecipe = { ...plan, releasedMs, createdMs: old?.recipe.createdMs ?? releasedMs }
    const before = options.full ? undefined : await tilesToKeep(old, recipe)
    const tiles = await withThreads(options.threads, (threads) =>
      makePyramid(threads, { ...recipe, folder }, coverage, images, { journal, before, progress: world.progress }),
    )
    const record = await publish({
      hipsFolder,
      building,
      catalog,
      recipe,
      tiles,
      publicOrder,
      rights: rightsOf(products[0].release, publicOrder === order),
      facts: { ...facts, releasedMs, createdMs: recipe.createdMs ?? releasedMs, style: recipe.style, products },
    })
    return { record, ...counts, ...sizeOf(tiles), upToDate: false }
  })
}

/** The map is the one before: what it has is told again. */
export async function unchanged(
  hipsFolder: string,
  old: OldMap,
  counts: Pick<BuildResult, 'images' | 'leftOut' | 'keptCuts'>,
): Promise<BuildResult> {
  await tidy(hipsFolder, old)
  const tiles = [...((await readTiles(old.folder))?.values() ?? [])]
  return { record: old.record, ...counts, ...sizeOf(tiles), remade: 0, upToDate: true }
}

/** Threads of one's own, or those that several builds share. */
export async function withThreads<T>(
  given: number | Threads | undefined,
  use: (threads: Threads) => Promise<T>,
): Promise<T> {
  if (given instanceof Threads) return use(given)
  const threads = new Threads(given)
  try {
    return await use(threads)
  } finally {
    await threads.close()
  }
}

/** New cuts change every picture of a map: an old map keeps its own until somebody says otherwise. */
async function cutsOf({ cuts }: BuildOptions, old: OldMap | undefined, images: readonly RenderImage[]) {
  const style = old?.recipe.kind === 'images' ? old.recipe.style : undefined
  const keptCuts = cuts === undefined && style !== undefined
  const { low, high } = keptCuts ? style : cuts && cuts !== 'auto' ? cuts : await autoCuts(images)
  if (!(low < high))
    throw new HipsBuildError('bad-option', `cuts are two numbers, the lower first, got ${low} and ${high}`)
  return { cuts: { low, high }, keptCuts }
}

export const rightsOf = (release: string, open: boolean) =>
  ({ access: open ? 'public' : 'proprietary', release }) as const

export function sizeOf(tiles: readonly TileDone[]): Pick<BuildResult, 'tiles' | 'bytes' | 'remade'> {
  let [count, bytes, remade] = [0, 0, 0]
  for (const { files, kept } of tiles) {
    count += files.length
    if (!kept) remade += files.length
    for (const file of files) bytes += file.bytes
  }
  return { tiles: count, bytes, remade }
}

function checkOrder(order: number): number {
  if (!Number.isInteger(order) || order < MIN_ORDER || order > MAX_ORDER)
    throw new HipsBuildError('bad-option', `the order of a map is ${MIN_ORDER} to ${MAX_ORDER}, got ${order}`)
  return order
}

/** `before`: the map's own until now; to build it again shows nobody more than was said. */
export function checkPublicOrder(
  wanted: number | undefined,
  order: number,
  products: readonly Product[],
  before = order,
): number {
  const allPublic = products.every(({ rights }) => rights.access === 'public')
  const most = allPublic ? order : Math.max(MIN_ORDER, order - 2)
  const publicOrder = wanted ?? (before >= MIN_ORDER ? Math.min(most, before) : most)
  if (!Number.isInteger(publicOrder) || publicOrder < MIN_ORDER || publicOrder > order)
    throw new HipsBuildError('bad-option', `the public order is ${MIN_ORDER} to ${order}, got ${publicOrder}`)
  return publicOrder
}
