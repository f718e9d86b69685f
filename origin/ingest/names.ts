// Product ids: collection and file name, made longer only where two would be the same, and kept once given.

import { cleanProductId, publisherDid } from '#src/obscore'
import type { Catalog, StoredProduct } from '../catalog/store.ts'
import type { FoundImage } from './planes.ts'
import { stemOf } from './walk.ts'

export interface NamesOptions {
  readonly authority: string
  readonly collection: string
  readonly release: string
  readonly catalog: Catalog
  readonly stored: readonly StoredProduct[]
}

const placeOf = (path: string, hdu: number) => `${hdu} ${path}`

export class ProductNames {
  readonly #options: NamesOptions
  readonly #byPlace: Map<string, string>
  readonly #taken: Set<string>

  constructor(options: NamesOptions) {
    this.#options = options
    this.#byPlace = new Map(options.stored.map(({ path, hdu, productId }) => [placeOf(path, hdu), productId]))
    this.#taken = new Set(options.stored.map(({ productId }) => productId))
  }

  /** The id its image has already, or the first free one of its candidates. */
  async idOf(image: FoundImage): Promise<string> {
    const place = placeOf(image.file.path, image.hdu.index)
    const known = this.#byPlace.get(place)
    if (known !== undefined) return known
    for (const candidate of this.#candidates(image)) {
      if (!(await this.#isFree(candidate))) continue
      this.#taken.add(candidate)
      this.#byPlace.set(place, candidate)
      return candidate
    }
    throw new Error('unreachable: candidates are numbered without end')
  }

  async #isFree(productId: string): Promise<boolean> {
    if (this.#taken.has(productId)) return false
    const { authority, release, catalog } = this.#options
    return (await catalog.product(publisherDid({ authority, release, productId }))) === undefined
  }

  *#candidates({ file, hdu, oneOfSeveral }: FoundImage): Generator<string> {
    const { collection } = this.#options
    const version = hdu.version > 1 ? String(hdu.version) : ''
    const ending = oneOfSeveral ? `-${hdu.name === '' ? hdu.index : `${hdu.name}${version}`}` : ''
    const folders = file.name.split('/').slice(0, -1).reverse()
    let stem = stemOf(file.name)
    // `demo.calexp` + `calexp-00012-2-r` is `demo.calexp-00012-2-r`.
    const last = collection.slice(collection.lastIndexOf('.') + 1)
    for (const prefix of [`${collection}-`, `${last}-`, `${last}_`])
      if (stem.startsWith(prefix) && stem.length > prefix.length) {
        stem = stem.slice(prefix.length)
        break
      }
    const join = (name: string) => cleanProductId(`${collection}-${name}`)
    yield join(stem + ending)
    for (let name = stem, up = 0; up < folders.length; up++) {
      name = `${folders[up]}.${name}`
      yield join(name + ending)
    }
    yield join(`${stem}${ending}-${hdu.index}`)
    for (let number = 2; ; number++) yield `${join(stem + ending).slice(0, 180)}-${number}`
  }
}
