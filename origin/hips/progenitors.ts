// `HpxFinder`: which images lie under a cell of a map that was built here, from its recipe and the catalogue when it is
// asked for. Nothing is written: a survey has as many cells as tiles, and what may be told of an image changes with its
// rights. An image that may not be known of is not told: on the public endpoint to everybody, on the full one to each of
// those who may see the map, so that one answer is right for all of them and can be kept.

import { join } from 'node:path'
import { vertices } from '#src/healpix'
import {
  type ProgenitorAddress,
  parseProperties,
  progenitorLine,
  progenitorMetadata,
  progenitorProperties,
  writeProperties,
} from '#src/hips'
import { countCells, degrade, type Moc, parseMocJson, touches } from '#src/moc'
import { seenByAll, seenByHolders } from '#src/rights'
import { type LonLat, radToDeg, regionsIntersect } from '#src/sky'
import type { Catalog, MapRecord, Product } from '../catalog/store.ts'
import { contentEtag } from '../digest.ts'
import type { StoredFile } from './map-files.ts'
import { hipsFolderOf } from './map-folder.ts'
import { circleAround } from './materialise.ts'
import { readRecipe } from './recipe.ts'
import type { TileStore } from './tile-store.ts'

export interface ProgenitorRequest {
  readonly record: MapRecord
  readonly tier: 'public' | 'full'
  readonly address: ProgenitorAddress
  /** Public address of the node: links are absolute. */
  readonly base: string
  readonly nowMs: number
}

export interface ProgenitorFile extends Omit<StoredFile, 'modifiedMs'> {
  readonly type: string
  readonly modifiedMs?: number
}

/** Images of one cell: deeper cells have the rest. */
const MAX_IMAGES = 5_000
/** The lowest order is one at which a cell has fewer images than this on average. */
const MANY = 500
/** As Hipsgen begins. */
const LOWEST_ORDER = 3
/** Maps whose images are remembered, and images of each. */
const REMEMBERED = 16
const MAX_REMEMBERED = 2_000_000

interface Known {
  /** Publisher DIDs. */
  readonly images: ReadonlySet<string>
  readonly collections: readonly string[]
  readonly moc: Moc
  readonly orderMin: number
}

export class Progenitors {
  readonly #catalog: Catalog
  readonly #store: TileStore
  readonly #hips: string
  readonly #known = new Map<string, Promise<Known | undefined>>()

  constructor({ catalog, dataFolder, store }: { catalog: Catalog; dataFolder: string; store: TileStore }) {
    this.#catalog = catalog
    this.#store = store
    this.#hips = hipsFolderOf(dataFolder)
  }

  async file(request: ProgenitorRequest): Promise<ProgenitorFile | undefined> {
    const { record, tier, address, base } = request
    const known = await this.#images(record)
    if (!known) return undefined
    const deepest = tier === 'public' ? record.publicOrder : record.order
    const orderMin = Math.min(known.orderMin, deepest)
    if (address.kind === 'file') {
      const own = (name: string) => this.#store.file(record, tier === 'public' ? `public/${name}` : name)
      if (address.name === 'Moc.fits') {
        const moc = await own('Moc.fits')
        return moc && { ...moc, type: 'application/fits' }
      }
      if (address.name === 'metadata.xml') {
        const services = { links: `${base}/datalink/links`, soda: `${base}/soda/sync` }
        return textFile(progenitorMetadata(record.title, services), 'application/x-votable+xml')
      }
      const properties = await own('properties')
      if (!properties) return undefined
      const orders = { order: deepest, orderMin }
      const text = writeProperties(
        progenitorProperties(parseProperties(new TextDecoder().decode(properties.bytes)), orders),
      )
      return textFile(text, 'text/plain; charset=utf-8')
    }
    const images = await this.#under(request, known, { orderMin, deepest })
    if (images.length === 0) return undefined
    const outline = address.kind === 'cell' ? outlineOf(address) : undefined
    return textFile(images.map((image) => lineOf(image, base, outline)).join(''), 'text/plain; charset=utf-8')
  }

  /** Those that may be told of, in the order of their names. */
  async #under({ record, tier, address, nowMs }: ProgenitorRequest, known: Known, { orderMin, deepest }: Orders) {
    const { images, collections, moc } = known
    const isTold = tier === 'public' ? seenByAll(nowMs) : seenByHolders(record.rights, nowMs)
    const take = (found: readonly Product[]) =>
      found.filter(({ publisherDid, rights }) => images.has(publisherDid) && isTold(rights))
    const all: Product[] = []
    if (address.kind === 'allsky') {
      // A list of everything helps nobody where there is much.
      if (images.size > MANY) return []
      for (const id of images) all.push(...take([await this.#catalog.product(id)].filter((product) => !!product)))
    }
    if (address.kind === 'cell') {
      const { order, npix } = address
      if (order < orderMin || order > deepest || !touches(moc, order, npix)) return []
      const cell = { kind: 'polygon', vertices: outlineOf(address) } as const
      for (const collection of collections) {
        const near = take(await this.#catalog.productsOverlapping(circleAround(order, npix), { collection }))
        all.push(...near.filter(({ footprint }) => regionsIntersect({ kind: 'polygon', vertices: footprint }, cell)))
      }
    }
    return all.sort((a, b) => (a.publisherDid < b.publisherDid ? -1 : 1)).slice(0, MAX_IMAGES)
  }

  /** Undefined for a map that others made: what it is of is not known here. */
  #images(record: MapRecord): Promise<Known | undefined> {
    const known = this.#known.get(record.generation)
    if (known) return known
    const read = this.#read(record)
    this.#known.set(record.generation, read)
    read.catch(() => this.#known.delete(record.generation))
    for (const old of this.#known.keys()) {
      if (this.#known.size <= REMEMBERED) break
      this.#known.delete(old)
    }
    return read
  }

  async #read(record: MapRecord): Promise<Known | undefined> {
    if ((record.made ?? 'built') !== 'built') return undefined
    const images = new Set<string>()
    const collections = new Set<string>()
    await this.#collect(record, { images, collections })
    const moc = parseMocJson(JSON.parse(record.moc))
    let orderMin = Math.min(LOWEST_ORDER, record.order)
    while (orderMin < record.order && images.size / countCells(degrade(moc, orderMin)) > MANY) orderMin++
    return { images, collections: [...collections], moc, orderMin }
  }

  /** A colour map is of its bands' images. */
  async #collect(record: MapRecord, into: { images: Set<string>; collections: Set<string> }): Promise<void> {
    const recipe = await readRecipe(join(this.#hips, record.folder)).catch(() => undefined)
    if (!recipe) return
    if (recipe.kind === 'images') {
      for (const { publisherDid } of recipe.images) if (into.images.size < MAX_REMEMBERED) into.images.add(publisherDid)
      for (const collection of recipe.collections) into.collections.add(collection)
      return
    }
    for (const { map } of recipe.bands) {
      const band = await this.#catalog.map(map)
      if (band && (band.made ?? 'built') === 'built') await this.#collect(band, into)
    }
  }
}

interface Orders {
  readonly orderMin: number
  readonly deepest: number
}

function textFile(text: string, type: string): ProgenitorFile {
  const bytes = new TextEncoder().encode(text)
  return { bytes, etag: contentEtag(bytes), type }
}

function outlineOf({ order, npix }: { order: number; npix: number }): LonLat[] {
  const corners = vertices(order, npix, 4)
  return Array.from({ length: corners.length / 2 }, (_, i) => ({ lonRad: corners[2 * i], latRad: corners[2 * i + 1] }))
}

function lineOf(product: Product, base: string, cell: readonly LonLat[] | undefined): string {
  const { productId, publisherDid, footprint, width, height, accessUrl } = product
  const id = encodeURIComponent(publisherDid)
  const whole = accessUrl === undefined ? `${base}/soda/sync?ID=${id}` : new URL(accessUrl).href
  const corners = cell
    ?.filter((_, i) => i % 4 === 0)
    .map(({ lonRad, latRad }) => `${radToDeg(lonRad).toFixed(7)} ${radToDeg(latRad).toFixed(7)}`)
  const isCut = corners && accessUrl === undefined
  return progenitorLine({
    name: productId,
    id: publisherDid,
    path: whole,
    access: `${base}/datalink/links?ID=${id}`,
    cutout: isCut ? `${whole}&POLYGON=${corners.join(' ').replaceAll(' ', '%20')}` : whole,
    raDeg: product.raDeg,
    decDeg: product.decDeg,
    memoryBytes: 4 * width * height,
    footprint,
  })
}
