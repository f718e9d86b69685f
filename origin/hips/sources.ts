// From the catalogue's products to what the threads read: which planes, how much each image weighs, and how the
// values are spread. Products that not everybody may see one day are never mixed into a map.

import { type Plane, percentileCuts, zscale } from '#src/image'
import type { Catalog, FileRecord, Product } from '../catalog/store.ts'
import { HipsBuildError } from './errors.ts'
import { ImageShelf, type PlaneSource, type RenderImage } from './images.ts'

const imageId = ({ publisherDid, generation }: Product) => `${publisherDid} ${generation}`

const isForAll = ({ rights }: Product, nowMs: number) =>
  rights.access !== 'level3' && !(rights.embargoUntilMs !== undefined && rights.embargoUntilMs > nowMs)

export async function productsOfMap(
  catalog: Catalog,
  collections: readonly string[],
  { band, nowMs }: { band?: string; nowMs: number },
): Promise<{ products: Product[]; leftOut: number }> {
  const all: Product[] = []
  for (const collection of collections) {
    const found = await catalog.productsIn(collection, { band })
    if (found.length === 0) throw new HipsBuildError('bad-option', await nothingIn(catalog, collection, band))
    all.push(...found)
  }
  const products = all.filter(
    (product) => isForAll(product, nowMs) && product.footprint.length >= 3 && product.planes.length > 0,
  )
  if (products.length === 0) {
    const what = `${collections.join(', ')}${band ? ` in band ${band}` : ''}`
    throw new HipsBuildError('no-images', `a map needs images, but ${what} has none that everybody may see one day`)
  }
  return { products, leftOut: all.length - products.length }
}

/** A collection without images is most often a slip of the pen: what there is instead. */
export async function nothingIn(catalog: Catalog, collection: string, band: string | undefined): Promise<string> {
  const known = await catalog.collections()
  const bands = known.filter((one) => one.collection === collection).flatMap((one) => one.bands)
  if (bands.length > 0 && band !== undefined)
    return `${collection} has no image of band ${band}, only of ${[...new Set(bands)].join(', ')}`
  if (known.some((one) => one.collection === collection))
    return `${collection} has no image of ${band === undefined ? 'a named band' : `band ${band}`}`
  const names = known.map((one) => one.collection)
  return `there is no collection ${collection}${names.length > 0 ? `, only ${[...new Set(names)].join(', ')}` : ' yet: ingest makes one'}`
}

/** The files of products, looked up once each. */
export class PlaneFinder {
  readonly #catalog: Catalog
  readonly #files = new Map<number, FileRecord>()
  constructor(catalog: Catalog) {
    this.#catalog = catalog
  }

  async image(product: Product, weight: number): Promise<RenderImage> {
    const image = await this.#plane(product, 'image')
    if (!image) throw new HipsBuildError('no-images', `${product.productId} has no image plane`)
    const quality = (await this.#plane(product, 'variance')) ?? (await this.#plane(product, 'weight'))
    return { id: imageId(product), image, quality, weight }
  }

  async #plane(product: Product, role: string): Promise<PlaneSource | undefined> {
    const plane = product.planes.find((one) => one.role === role)
    if (!plane) return undefined
    const file = this.#files.get(plane.fileId) ?? (await this.#catalog.file(plane.fileId))
    if (!file) return undefined
    this.#files.set(plane.fileId, file)
    const { path, key, index, sizeBytes, mtimeMs } = file
    return { path, key, index, hdu: plane.hdu, expect: { sizeBytes, mtimeMs } }
  }
}

/** Side of the square in an image's middle whose median quality stands for the image. */
const MIDDLE = 256

/**
 * Inverse variance of each image, from the median of its variance (or weight) plane's middle. Images of one map
 * weigh alike as soon as one of them says nothing: numbers of different kinds must not meet in a mean.
 */
export async function weighted(products: readonly Product[], finder: PlaneFinder): Promise<RenderImage[]> {
  const images: RenderImage[] = []
  const weights: (number | undefined)[] = []
  for (const product of products) {
    const image = await finder.image(product, 1)
    images.push(image)
    weights.push(image.quality ? await medianWeight(product, image) : undefined)
  }
  if (weights.some((weight) => weight === undefined)) return images
  return images.map((image, i) => ({ ...image, weight: weights[i] as number }))
}

async function medianWeight(product: Product, image: RenderImage): Promise<number | undefined> {
  const shelf = new ImageShelf({ keepBytes: 0 })
  try {
    const plane = await (await shelf.get({ ...image, image: image.quality as PlaneSource, quality: undefined })).read(
      middleOf(product),
    )
    const good = Float64Array.from(plane.data.filter((value: number) => value > 0)).sort()
    if (good.length === 0) return undefined
    const median = good[good.length >> 1]
    return product.planes.some(({ role }) => role === 'variance') ? 1 / median : median
  } finally {
    await shelf.close()
  }
}

function middleOf({ width, height }: Product) {
  const x0 = Math.max(0, (width - MIDDLE) >> 1)
  const y0 = Math.max(0, (height - MIDDLE) >> 1)
  return { x0, y0, x1: Math.min(width, x0 + MIDDLE), y1: Math.min(height, y0 + MIDDLE) }
}

const SAMPLED_IMAGES = 40
const SAMPLED_BANDS = 8
const BAND_ROWS = 12

/** Cuts for all tiles: black from zscale (just below the sky), white where all but a few of a thousand pixels lie below. */
export async function autoCuts(images: readonly RenderImage[]): Promise<{ low: number; high: number }> {
  const shelf = new ImageShelf({ keepBytes: 0 })
  const step = Math.max(1, Math.floor(images.length / SAMPLED_IMAGES))
  const parts: Float64Array[] = []
  try {
    for (let i = 0; i < images.length; i += step) {
      const image = await shelf.get(images[i])
      for (let band = 0; band < SAMPLED_BANDS; band++) {
        const y0 = Math.floor(((band + 0.5) * image.height) / SAMPLED_BANDS)
        const window = { x0: 0, y0, x1: Math.min(image.width, 8192), y1: Math.min(image.height, y0 + BAND_ROWS) }
        parts.push(Float64Array.from((await image.read(window)).data))
      }
    }
  } finally {
    await shelf.close()
  }
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  const plane: Plane = { width: all.length, height: 1, data: all }
  const [narrow, wide] = [zscale(plane), percentileCuts(plane, 0.5, 99.7)]
  if (!narrow || !wide) throw new HipsBuildError('no-pixels', 'the images have no defined pixel to take cuts from')
  const low = Math.max(narrow.min, wide.min)
  const high = Math.max(wide.max, narrow.max)
  return low < high ? { low, high } : flatCuts(all, low)
}

/** Nearly all pixels have one value: whatever else there is shows, and a constant image comes out mid-grey. */
function flatCuts(values: Float64Array, value: number): { low: number; high: number } {
  let low = value
  let high = value
  for (const each of values) {
    if (each < low) low = each
    if (each > high) high = each
  }
  const half = Math.abs(value) / 2 || 1
  return low < high ? { low, high } : { low: value - half, high: value + half }
}
