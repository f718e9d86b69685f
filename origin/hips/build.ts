// `skyedge hips build`: from a collection's images to a published map. What goes where is planned from the outlines,
// tiles are made in threads, and nothing shows before the whole map is there.

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Curve } from '#src/image'
import type { Catalog, MapRecord, Product } from '../catalog/store.ts'
import { HipsBuildError } from './errors.ts'
import { MAX_ORDER, MIN_ORDER, orderFor, planCoverage } from './plan.ts'
import { checkMapName, publish, startFolder } from './publish.ts'
import { makePyramid, type Progress } from './pyramid.ts'
import type { ImageRecipe, TileFormat } from './recipe.ts'
import { autoCuts, PlaneFinder, productsOfMap, weighted } from './sources.ts'
import { Threads } from './threads.ts'
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
  /** Deepest order that everybody may see; default: all of a map of public images, else two less than the order. */
  readonly publicOrder?: number
  readonly formats?: readonly TileFormat[]
  readonly cuts?: 'auto' | { readonly low: number; readonly high: number }
  readonly stretch?: Curve
  readonly title?: string
  readonly description?: string
  readonly creator?: string
  /** Deepest tiles are counted and summed but not kept: the origin makes them when they are asked for. */
  readonly skipDeepest?: boolean
  readonly threads?: number
  /** Further or other `properties`. */
  readonly properties?: Readonly<Record<string, string>>
}

export interface BuildResult {
  readonly record: MapRecord
  readonly images: number
  readonly leftOut: number
  readonly tiles: number
  readonly bytes: number
}

export const hipsFolderOf = (dataFolder: string) => join(dataFolder, 'hips')

export async function buildMap(options: BuildOptions, world: BuildWorld): Promise<BuildResult> {
  checkMapName(options.map)
  const { catalog, nowMs } = world
  const { products, leftOut } = await productsOfMap(catalog, options.from, { band: options.band, nowMs })
  const native = orderFor(Math.min(...products.map(({ pixelScaleArcsec }) => pixelScaleArcsec)))
  const order = checkOrder(options.order ?? native)
  const publicOrder = checkPublicOrder(options.publicOrder, order, products)
  const formats = options.formats ?? ['png', 'fits']

  const images = await weighted(products, new PlaneFinder(catalog))
  const cuts = options.cuts && options.cuts !== 'auto' ? options.cuts : await autoCuts(images)
  if (!(cuts.low < cuts.high))
    throw new HipsBuildError('bad-option', `cuts are two numbers, the lower first, got ${cuts.low} and ${cuts.high}`)
  const coverage = planCoverage(
    products.map(({ footprint }) => footprint),
    order,
  )
  const releasedMs = Math.floor(nowMs / 1000) * 1000
  const recipe: ImageRecipe = {
    version: 1,
    kind: 'images',
    order,
    renderOrder: Math.max(order, native),
    formats,
    releasedMs,
    skipDeepest: options.skipDeepest ?? false,
    collections: options.from,
    style: { kind: 'grey', ...cuts, stretch: options.stretch ?? 'asinh' },
    images: images.map(({ weight }, i) => ({
      publisherDid: products[i].publisherDid,
      generation: products[i].generation,
      weight,
    })),
  }

  const hipsFolder = hipsFolderOf(world.dataFolder)
  const folder = await startFolder(hipsFolder)
  const threads = new Threads(options.threads)
  try {
    const tiles = await makePyramid(threads, { ...recipe, folder }, coverage, images, world.progress)
    const bands = [...new Set(products.flatMap(({ band }) => band ?? []))]
    const record = await publish({
      hipsFolder,
      folder,
      catalog,
      recipe,
      tiles,
      publicOrder,
      rights: rightsOf(products[0].release, publicOrder === order),
      facts: {
        map: options.map,
        authority: world.authority,
        release: products[0].release,
        title: options.title ?? `${options.from.join(', ')}${options.band ? ` ${options.band}` : ''}`,
        description: options.description,
        creator: options.creator,
        collections: options.from,
        bands,
        formats,
        releasedMs,
        createdMs: releasedMs,
        style: recipe.style,
        products,
        overrides: options.properties ?? {},
      },
    })
    return { record, images: images.length, leftOut, ...sizeOf(tiles) }
  } finally {
    await threads.close()
    await rm(folder, { recursive: true, force: true })
  }
}

export const rightsOf = (release: string, open: boolean) =>
  ({ access: open ? 'public' : 'proprietary', release }) as const

export function sizeOf(tiles: readonly TileDone[]): { tiles: number; bytes: number } {
  const files = tiles.flatMap((tile) => tile.files)
  return { tiles: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) }
}

function checkOrder(order: number): number {
  if (!Number.isInteger(order) || order < MIN_ORDER || order > MAX_ORDER)
    throw new HipsBuildError('bad-option', `the order of a map is ${MIN_ORDER} to ${MAX_ORDER}, got ${order}`)
  return order
}

export function checkPublicOrder(wanted: number | undefined, order: number, products: readonly Product[]): number {
  const allPublic = products.every(({ rights }) => rights.access === 'public')
  const publicOrder = wanted ?? (allPublic ? order : Math.max(MIN_ORDER, order - 2))
  if (!Number.isInteger(publicOrder) || publicOrder < MIN_ORDER || publicOrder > order)
    throw new HipsBuildError('bad-option', `the public order is ${MIN_ORDER} to ${order}, got ${publicOrder}`)
  return publicOrder
}
