// A Butler repository -> products of the catalogue, and the survey's tables beside them. The registry is read as a
// stream, one dataset type after the other; files are opened for their headers only. What cannot be taken is named with
// its reason and the rest goes on: only a registry or a catalogue that cannot be used at all stops it.

import { realpath, stat } from 'node:fs/promises'
import type { NewFile, NewProduct, PlaneRole, StoredProduct } from '../../catalog/store.ts'
import type { CoaddInputRecord } from '../../catalog/survey.ts'
import { IngestError, reasonOf } from '../errors.ts'
import type { IngestOptions } from '../ingest.ts'
import { BUILT_IN } from '../mapping.ts'
import { type FoundImage, imagesOf } from '../planes.ts'
import { readFile } from '../read-file.ts'
import { emptyReport, type IngestReport, refuse, tally } from '../report.ts'
import { type Collections, readCollections } from './collections.ts'
import { readConfig } from './config.ts'
import { type DatasetTypeRule, RUBIN } from './dataset-types.ts'
import { type Dataset, datasetsOf } from './datasets.ts'
import { type FilePlaces, isBelow, placeOf } from './files.ts'
import { coaddInputs, inputsOf, visitsOf } from './lineage.ts'
import { type ButlerTarget, didOf, type Lineage, productOf } from './product.ts'
import { openRegistry, type RegistryReader } from './registry.ts'
import { type DatasetType, NEWEST_UNIVERSE, readSchema } from './schema.ts'
import { SeenDimensions, surveyOf } from './survey.ts'

export interface ButlerOptions extends IngestOptions {
  /** Collections to search, in order; absent: every RUN collection. */
  readonly butlerCollections?: readonly string[]
  /** Folders outside of the repository whose files may be read. */
  readonly allowFiles?: readonly string[]
}

const BATCH = 100

export async function ingestButler(options: ButlerOptions): Promise<IngestReport> {
  const report = emptyReport(options.collection, options.release, options.dryRun ?? false)
  const config = await readConfig(options.folder)
  const allowed = await Promise.all((options.allowFiles ?? []).map(allowedFolder))
  const registry = await openRegistry(config.registry)
  try {
    const schema = await readSchema(registry)
    if (schema.universe > NEWEST_UNIVERSE)
      report.notes.push({
        name: 'registry',
        reason: `its dimensions are of version ${schema.universe}, newer than ${NEWEST_UNIVERSE}`,
      })
    const collections = await readCollections(registry, options.butlerCollections)
    const places = { datastores: config.datastores, allowed }
    const stored = await options.catalog.storedProducts(options.collection, options.release)
    const run = new Run(options, report, registry, collections, schema.types, places, stored)
    await run.prepare()
    for (const type of schema.types) await run.takeType(type)
    await run.finish()
    return report
  } finally {
    await registry.close()
  }
}

async function allowedFolder(folder: string): Promise<string> {
  return realpath(folder).catch((error: NodeJS.ErrnoException) => {
    throw new IngestError('no-folder', `a folder of --allow-files cannot be read (${error.code}): is its name right?`)
  })
}

const ROLES: Readonly<Record<string, PlaneRole>> = { image: 'image', mask: 'mask', variance: 'variance' }

class Run {
  readonly #options: ButlerOptions
  readonly #report: IngestReport
  readonly #registry: RegistryReader
  readonly #collections: Collections
  readonly #types: readonly DatasetType[]
  readonly #typesByName: ReadonlyMap<string, DatasetType>
  readonly #places: FilePlaces
  readonly #target: ButlerTarget
  readonly #stored: readonly StoredProduct[]
  readonly #generations: ReadonlyMap<string, string>
  readonly #made = new Set<string>()
  readonly #seen = new SeenDimensions()
  #known = new Map<
    string,
    Awaited<ReturnType<ButlerOptions['catalog']['filesBelow']>> extends Map<string, infer F> ? F : never
  >()
  #files = new Map<string, NewFile>()
  #products: NewProduct[] = []
  #coaddInputs: CoaddInputRecord[] = []
  #done = 0

  constructor(
    options: ButlerOptions,
    report: IngestReport,
    registry: RegistryReader,
    collections: Collections,
    types: readonly DatasetType[],
    places: FilePlaces,
    stored: readonly StoredProduct[],
  ) {
    this.#options = options
    this.#report = report
    this.#registry = registry
    this.#collections = collections
    this.#types = types
    this.#typesByName = new Map(types.map((type) => [type.name, type]))
    this.#places = places
    this.#stored = stored
    this.#generations = new Map(stored.map(({ publisherDid, generation }) => [publisherDid, generation]))
    this.#target = { ...options, mapping: options.mapping?.butler ?? RUBIN }
  }

  #roots(): string[] {
    return [...this.#places.datastores.map(({ root }) => root), ...this.#places.allowed]
  }

  async prepare(): Promise<void> {
    for (const root of this.#roots())
      for (const [path, file] of await this.#options.catalog.filesBelow(root)) this.#known.set(path, file)
  }

  async takeType(type: DatasetType): Promise<void> {
    const rule = this.#target.mapping.datasetTypes.get(type.name)
    if (!rule) return this.#passOver(type)
    const shape = { registry: this.#registry, collections: this.#collections, datastores: this.#places.datastores }
    for await (const dataset of datasetsOf(type, shape)) {
      if (this.#options.signal?.aborted) return
      await this.#take(dataset, rule)
      this.#options.onProgress?.(++this.#done, Math.max(this.#done, this.#stored.length), `${type.name} ${dataset.id}`)
    }
  }

  /** Types that no rule speaks of are counted, so that an operator sees what is left lying. */
  async #passOver({ name, id, tags }: DatasetType): Promise<void> {
    const sql = `SELECT count(*) AS n FROM (SELECT DISTINCT dataset_id FROM "${tags}" WHERE dataset_type_id = ${id}) x`
    for await (const { n } of this.#registry.rows(sql))
      if (Number(n) > 0)
        this.#report.notes.push({
          name,
          reason: `${n} datasets of this type are no images of a known kind (see --mapping)`,
        })
  }

  async #take(dataset: Dataset, rule: DatasetTypeRule): Promise<void> {
    const name = nameOf(dataset)
    try {
      if (!dataset.located) throw new IngestError('refused', 'withdrawn: no datastore holds it any more')
      const image = await this.#imageOf(dataset)
      this.#seen.add(dataset)
      const lineage = await this.#lineageOf(dataset, image, rule)
      await this.#keep(productOf(dataset, image, rule, lineage, this.#target), image)
    } catch (error) {
      const reason = reasonOf(error)
      if (reason === undefined) throw error
      refuse(this.#report, name, reason)
      // Frames without a place on the sky are no products, but their exposures belong to the survey.
      if (dataset.located) this.#seen.add(dataset)
    }
  }

  async #imageOf(dataset: Dataset): Promise<FoundImage> {
    const wanted = dataset.files.filter(({ component }) => component === undefined || ROLES[component])
    if (wanted.length === 0) throw new IngestError('refused', 'the datastore has no file of it')
    const files: Parameters<typeof imagesOf>[0][number][] = []
    for (const each of wanted.slice(0, 8)) {
      const { path, name } = await placeOf(each, this.#places)
      const known = this.#known.get(path)
      const file = await readFile(path, name, { catalog: this.#options.catalog, known, key: name })
      if (!file) throw new IngestError('refused', 'its file is no FITS file')
      this.#report.files++
      files.push({ file, role: ROLES[each.component ?? ''] ?? 'image' })
    }
    let reason = 'holds no image'
    const images = imagesOf(files, this.#options.mapping ?? BUILT_IN, (_, why) => {
      reason = why
    })
    if (images.length === 0) throw new IngestError('refused', `its file ${reason}`)
    const [first, ...others] = images
    // A raw frame has an image for each amplifier: cutouts see the first, the file is one product.
    const extra = others.flatMap(({ planes }) => planes.map((plane) => ({ ...plane, role: 'extra' as const })))
    return others.length === 0 ? first : { ...first, planes: [...first.planes, ...extra] }
  }

  async #lineageOf(dataset: Dataset, image: FoundImage, rule: DatasetTypeRule): Promise<Lineage> {
    const inputs = inputsOf(image.file.hdus.slice(0, 2).map(({ header }) => header))
    if (inputs.length === 0) return {}
    const isProduct = ({ type }: { type?: string }) => type !== undefined && this.#target.mapping.datasetTypes.has(type)
    const uris = inputs.map((input) => (isProduct(input) ? didOf(input.id, this.#target) : `urn:uuid:${input.id}`))
    if (rule.calibLevel < 3 || dataset.tract === undefined) return { inputs: uris }
    const visits = await visitsOf(inputs, this.#typesByName, this.#registry)
    this.#coaddInputs.push(...coaddInputs(this.#options.release, didOf(dataset.id, this.#target), visits))
    const numInputs = new Set([...visits.values()].map(({ instrument, visit }) => `${instrument} ${visit}`)).size
    return { inputs: uris, ...(numInputs > 0 ? { numInputs } : {}) }
  }

  async #keep(product: NewProduct, image: FoundImage): Promise<void> {
    const { publisherDid, generation } = product
    const before = this.#generations.get(publisherDid)
    if (before === undefined && (await this.#options.catalog.product(publisherDid)))
      throw new IngestError('refused', 'another collection of this release has it already')
    this.#made.add(publisherDid)
    tally(this.#report, product, before)
    if (before !== generation) this.#products.push(product)
    for (const { file } of image.planes) if (file.record) this.#files.set(file.record.path, file.record)
    if (this.#products.length >= BATCH || this.#files.size >= 4 * BATCH) await this.#flush()
  }

  async #flush(): Promise<void> {
    const { catalog, dryRun } = this.#options
    const change = { files: [...this.#files.values()], products: this.#products }
    const coadds = this.#coaddInputs
    this.#files = new Map()
    this.#products = []
    this.#coaddInputs = []
    if (dryRun) return
    if (change.files.length + change.products.length > 0) await catalog.change(change)
    if (coadds.length > 0) await catalog.putSurvey({ coaddInputs: coadds })
  }

  async finish(): Promise<void> {
    const { catalog, dryRun, signal, release, rights, prune } = this.#options
    await this.#flush()
    this.#report.stopped = signal?.aborted ?? false
    if (this.#report.stopped) return
    const shared = { registry: this.#registry, collections: this.#collections, types: this.#types }
    if (!dryRun)
      for await (const change of surveyOf({ ...shared, seen: this.#seen, release, rights }))
        await catalog.putSurvey(change)
    const roots = this.#roots()
    const gone = this.#stored.filter(
      ({ path, publisherDid }) => !this.#made.has(publisherDid) && roots.some((root) => isBelow(path, root)),
    )
    for (const { productId, path } of gone) {
      const root = roots.find((each) => isBelow(path, each))!
      this.#report.vanished.push({ productId, name: path.slice(root.length + 1) })
    }
    if (!prune || dryRun || gone.length === 0) return
    // A disk that is not mounted is no reason to forget what is on it.
    const absent = await Promise.all(
      roots.map((root) =>
        stat(root).then(
          () => false,
          () => true,
        ),
      ),
    )
    if (absent.includes(true)) {
      this.#report.notes.push({ name: 'prune', reason: 'a folder of the repository is not there: nothing is removed' })
      return
    }
    await catalog.change({ remove: gone.map(({ publisherDid }) => publisherDid) })
    this.#report.removed = gone.length
  }
}

function nameOf(dataset: Dataset): string {
  const { type, exposure, visit, detector, skymap, tract, patch, band, id } = dataset
  const place = tract === undefined ? [visit ?? exposure, detector] : [skymap, tract, patch, band]
  return [type.name, ...place.filter((part) => part !== undefined), id].join(' ')
}
