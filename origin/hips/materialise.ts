// A deepest tile that is not on disk, made from the images when it is asked for, by the code that builds the map: the
// bytes are the same. One making per tile at a time, however many ask; what is made is kept.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { centre, vertices } from '#src/healpix'
import { contains, type Moc, parseMocJson } from '#src/moc'
import { separationRad } from '#src/sky'
import type { Catalog, MapRecord } from '../catalog/store.ts'
import { HipsBuildError } from './errors.ts'
import type { RenderImage } from './images.ts'
import { hipsFolderOf } from './map-folder.ts'
import { storedTile } from './packed-files.ts'
import { type ColourRecipe, type ImageRecipe, type Recipe, readRecipe, type TileFormat } from './recipe.ts'
import { PlaneFinder } from './sources.ts'
import type { Threads } from './threads.ts'
import { tileFile, writeWhole } from './tile-files.ts'
import type { MapWork } from './work.ts'

export interface TileMakerDeps {
  readonly catalog: Catalog
  readonly dataFolder: string
  readonly threads: Threads
}

interface Known {
  readonly recipe: Recipe
  readonly moc: Moc
  /** By publisher DID. */
  readonly images: ReadonlyMap<string, ImageRecipe['images'][number] & { readonly place: number }>
}

/** Maps whose recipes are remembered. */
const REMEMBERED = 32

export class TileMaker {
  readonly #deps: TileMakerDeps
  readonly #known = new Map<string, Promise<Known>>()
  readonly #making = new Map<string, Promise<Uint8Array | undefined>>()

  constructor(deps: TileMakerDeps) {
    this.#deps = deps
  }

  /** Only the deepest order is ever left to demand. */
  isOnDemand(record: MapRecord, order: number): boolean {
    return order === record.order
  }

  /** The tile's bytes, from disk or made now; undefined where the map has none. */
  make(record: MapRecord, order: number, npix: number, format: TileFormat): Promise<Uint8Array | undefined> {
    const name = `${record.generation} ${order}/${npix}.${format}`
    const running = this.#making.get(name)
    if (running) return running
    const made = this.#make(record, order, npix, format).finally(() => this.#making.delete(name))
    this.#making.set(name, made)
    return made
  }

  async #make(record: MapRecord, order: number, npix: number, format: TileFormat): Promise<Uint8Array | undefined> {
    if (order !== record.order || !record.formats.includes(format)) return undefined
    const folder = join(hipsFolderOf(this.#deps.dataFolder), record.folder)
    // The map has moved since its record was read: nothing may be written where it was.
    if (!existsSync(folder)) return undefined
    const { recipe, moc, images } = await this.#recipe(record)
    if (!contains(moc, order, npix)) return undefined
    const file = tileFile(folder, { order, npix, format })
    const kept = await storedTile(folder, record, { order, npix, format })
    // A packed map has all that it ever will have.
    if (kept || record.layout?.kind === 'packed') return kept
    const bytes =
      recipe.kind === 'images'
        ? await this.#fromImages(record, recipe, images, folder, npix, format)
        : await this.#fromBands(recipe, folder, npix, format)
    try {
      if (bytes) writeWhole(file, bytes, recipe.releasedMs)
    } catch {
      // A disk that takes nothing: who asked gets it all the same, and it is made again for the next one.
    }
    return bytes
  }

  #recipe(record: MapRecord): Promise<Known> {
    const known = this.#known.get(record.generation)
    if (known) return known
    const read = readRecipe(join(hipsFolderOf(this.#deps.dataFolder), record.folder)).then((recipe) => ({
      recipe,
      moc: parseMocJson(JSON.parse(record.moc)),
      images: new Map(
        recipe.kind === 'images' ? recipe.images.map((image, place) => [image.publisherDid, { ...image, place }]) : [],
      ),
    }))
    this.#known.set(record.generation, read)
    read.catch(() => this.#known.delete(record.generation))
    for (const old of this.#known.keys()) {
      if (this.#known.size <= REMEMBERED) break
      this.#known.delete(old)
    }
    return read
  }

  async #fromImages(
    record: MapRecord,
    recipe: ImageRecipe,
    known: Known['images'],
    folder: string,
    npix: number,
    format: TileFormat,
  ) {
    const images = await this.#imagesUnder(record, recipe, known, npix)
    const work: MapWork = { ...recipe, folder, formats: [format] }
    const { bytes } = await this.#deps.threads.run({ kind: 'tile', work, order: recipe.order, npix, images })
    return bytes?.[format]
  }

  /** The recipe's images that may reach the tile, in the recipe's order. */
  async #imagesUnder(
    record: MapRecord,
    recipe: ImageRecipe,
    known: Known['images'],
    npix: number,
  ): Promise<RenderImage[]> {
    const { catalog } = this.#deps
    const finder = new PlaneFinder(catalog)
    const found: { place: number; image: RenderImage }[] = []
    for (const collection of recipe.collections)
      for (const product of await catalog.productsOverlapping(circleAround(recipe.order, npix), { collection })) {
        const entry = known.get(product.publisherDid)
        if (!entry) continue
        if (entry.generation !== product.generation)
          throw new HipsBuildError(
            'stale-map',
            `images of the map ${record.map} changed since it was built: build it again`,
          )
        found.push({ place: entry.place, image: await finder.image(product, entry.weight) })
      }
    return found.sort((a, b) => a.place - b.place).map(({ image }) => image)
  }

  async #fromBands(recipe: ColourRecipe, folder: string, npix: number, format: TileFormat) {
    const bands = await Promise.all(
      recipe.bands.map(async ({ map, generation }) => {
        const record = await this.#deps.catalog.map(map)
        if (record?.generation !== generation)
          throw new HipsBuildError(
            'stale-map',
            `the band map ${map} changed since the colour map was built: build it again`,
          )
        const folder = join(hipsFolderOf(this.#deps.dataFolder), record.folder)
        if (record.order > recipe.order)
          return storedTile(folder, record, { order: recipe.order, npix, format: 'fits' })
        return this.make(record, recipe.order, npix, 'fits')
      }),
    )
    const work: MapWork = { ...recipe, folder, renderOrder: recipe.order, formats: [format] }
    const { order } = recipe
    const { bytes } = await this.#deps.threads.run({ kind: 'colour', work, order, npix, key: '', bands, alone: true })
    return bytes?.[format]
  }
}

/** A circle that holds the tile. Its edges are no great circles, so its corners alone do not bound it: a little is added. */
export function circleAround(order: number, npix: number) {
  const [lonRad, latRad] = centre(order, npix, new Float64Array(2))
  let radiusRad = 0
  const corners = vertices(order, npix, 4)
  for (let k = 0; k < corners.length; k += 2)
    radiusRad = Math.max(radiusRad, separationRad(lonRad, latRad, corners[k], corners[k + 1]))
  return { kind: 'circle', lonRad, latRad, radiusRad: radiusRad * 1.02 } as const
}
