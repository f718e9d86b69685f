// A folder of FITS files -> products of the catalogue. Files that make one product by their names are read together,
// so memory holds the headers of one product at a time; each batch of products is one transaction. A file that cannot
// be used is a refusal with its reason, and the rest goes on; only a catalogue that cannot be written stops it.

import { realpath, stat } from 'node:fs/promises'
import { basename, relative } from 'node:path'
import type { Catalog, FileRecord, NewFile, NewProduct, ProductRights } from '../catalog/store.ts'
import { IngestError, reasonOf } from './errors.ts'
import { HeaderStack } from './header-stack.ts'
import { BUILT_IN, type Mapping } from './mapping.ts'
import { ProductNames } from './names.ts'
import { type FoundImage, imagesOf, type RoledFile } from './planes.ts'
import { productOf } from './product.ts'
import { readFile } from './read-file.ts'
import { emptyReport, type IngestReport, tally } from './report.ts'
import { type FileSet, fileSets } from './sets.ts'
import { noteRelease, Visits } from './visits.ts'

export interface IngestOptions {
  /** A folder, or one file. */
  readonly folder: string
  readonly collection: string
  readonly release: string
  /** Naming authority of publisher identifiers. */
  readonly authority: string
  readonly rights: ProductRights
  readonly catalog: Catalog
  readonly mapping?: Mapping
  /** Looks at everything and stores nothing. */
  readonly dryRun?: boolean
  /** Removes products whose image is gone. */
  readonly prune?: boolean
  /** False for a file that is still being written: it and what belongs with it wait for the next time. */
  readonly isComplete?: (path: string) => boolean
  /** Stops between two products; what was stored stays. */
  readonly signal?: AbortSignal
  /** What is known of a product beyond its headers. */
  readonly amend?: (product: NewProduct) => NewProduct | Promise<NewProduct>
  readonly onProgress?: (done: number, total: number, name: string) => void
}

const BATCH = 100

export async function ingestFolder(options: IngestOptions): Promise<IngestReport> {
  const { catalog, collection, release, dryRun = false, mapping = BUILT_IN, signal, onProgress } = options
  const report = emptyReport(collection, release, dryRun)
  const root = await realpath(options.folder).catch((error: NodeJS.ErrnoException) => {
    throw new IngestError('no-folder', `the folder cannot be read (${error.code}): is its name right?`)
  })
  const found = await fileSets(root, mapping, report)
  const isWhole = (set: FileSet) => set.every(({ path }) => options.isComplete?.(path) ?? true)
  const sets = found.filter(isWhole)
  const waiting = new Set(found.filter((set) => !isWhole(set)).flatMap((set) => set.map(({ path }) => path)))
  const total = sets.reduce((sum, set) => sum + set.length, 0)
  const stored = await catalog.storedProducts(collection, release)
  const run = new Run(options, mapping, report, root, stored, await knownFiles(catalog, root))
  let done = 0
  for (const set of sets) {
    if (signal?.aborted) break
    onProgress?.(done, total, set[0].name)
    await run.take(set)
    done += set.length
  }
  await run.flush()
  report.stopped = signal?.aborted ?? false
  if (!report.stopped) await run.vanish(stored.filter(({ path }) => !waiting.has(path)))
  onProgress?.(total, total, '')
  return report
}

async function knownFiles(catalog: Catalog, root: string): Promise<Map<string, Omit<FileRecord, 'index'>>> {
  if ((await stat(root)).isDirectory()) return catalog.filesBelow(root)
  const all = await catalog.filesBelow(root.slice(0, root.lastIndexOf('/')) || '/')
  return new Map([...all].filter(([path]) => path === root))
}

class Run {
  readonly #options: IngestOptions
  readonly #mapping: Mapping
  readonly #report: IngestReport
  readonly #root: string
  readonly #known: Map<string, Omit<FileRecord, 'index'>>
  readonly #names: ProductNames
  readonly #generations: ReadonlyMap<string, string>
  readonly #made = new Set<string>()
  /** By path: a file of several images is stored once. */
  #files = new Map<string, NewFile>()
  #products: NewProduct[] = []
  readonly #visits = new Visits()

  constructor(
    options: IngestOptions,
    mapping: Mapping,
    report: IngestReport,
    root: string,
    stored: Awaited<ReturnType<Catalog['storedProducts']>>,
    known: Map<string, Omit<FileRecord, 'index'>>,
  ) {
    this.#options = options
    this.#mapping = mapping
    this.#report = report
    this.#root = root
    this.#known = known
    this.#names = new ProductNames({ ...options, stored })
    this.#generations = new Map(stored.map(({ publisherDid, generation }) => [publisherDid, generation]))
  }

  /** Reads the files of one set and keeps what they make. */
  async take(set: FileSet): Promise<void> {
    const files: RoledFile[] = []
    for (const { path, name, role } of set) {
      try {
        const known = this.#known.get(path)
        const file = await readFile(path, name, { catalog: this.#options.catalog, known, key: this.#keyOf(name) })
        if (!file) continue
        this.#report.files++
        files.push({ file, role })
        if (known && file.record) await this.#noteOthers(known.fileId, name)
      } catch (error) {
        this.#report.files++
        this.#refuse(name, error)
      }
    }
    try {
      const images = imagesOf(files, this.#mapping, ({ name }, reason) => this.#report.refused.push({ name, reason }))
      for (const image of images) await this.#keep(image)
    } catch (error) {
      for (const { file } of files.slice(0, 1)) this.#refuse(file.name, error)
    }
  }

  /** A changed file may be in other collections too: their products still describe what it was. */
  async #noteOthers(fileId: number, name: string): Promise<void> {
    const others = (await this.#options.catalog.productsOfFile(fileId)).filter((did) => !this.#generations.has(did))
    if (others.length === 0) return
    const reason = `changed, and is in ${others.length} products of other collections or releases: ingest those again too`
    this.#report.notes.push({ name, reason })
  }

  async #keep(image: FoundImage): Promise<void> {
    const { name } = image.file
    const product = await this.#productOf(image)
    if (!product) return
    const { publisherDid, generation } = product
    const files = [...new Set(image.planes.map(({ file }) => file))].flatMap(({ record }) => record ?? [])
    const before = this.#generations.get(publisherDid)
    this.#made.add(publisherDid)
    tally(this.#report, product, before)
    noteBand(product, name, this.#report)
    if (before !== generation) {
      this.#products.push(product)
      this.#visits.note(product, HeaderStack.of(image.hdu, image.file.hdus[0]))
    }
    for (const file of files) this.#files.set(file.path, file)
    if (this.#products.length >= BATCH || this.#files.size >= 4 * BATCH) await this.flush()
  }

  async #productOf(image: FoundImage): Promise<NewProduct | undefined> {
    try {
      const options = { ...this.#options, mapping: this.#mapping }
      const product = productOf(image, await this.#names.idOf(image), options)
      return (await this.#options.amend?.(product)) ?? product
    } catch (error) {
      this.#refuse(image.oneOfSeveral ? `${image.file.name}[${image.hdu.index}]` : image.file.name, error)
      return undefined
    }
  }

  async flush(): Promise<void> {
    const change = { files: [...this.#files.values()], products: this.#products }
    this.#files = new Map()
    this.#products = []
    if (this.#options.dryRun) return
    const { catalog, release } = this.#options
    if (change.files.length + change.products.length > 0) await catalog.change(change)
    if (change.products.length > 0) await noteRelease(catalog, release)
    await this.#visits.keep(catalog)
  }

  /** Products of this folder that were there before and are not any more. */
  async vanish(stored: Awaited<ReturnType<Catalog['storedProducts']>>): Promise<void> {
    const here = (path: string) => path === this.#root || path.startsWith(`${this.#root}/`)
    const gone = stored.filter(({ path, publisherDid }) => here(path) && !this.#made.has(publisherDid))
    for (const { productId, path } of gone)
      this.#report.vanished.push({ productId, name: relative(this.#root, path) || basename(path) })
    if (!this.#options.prune || this.#options.dryRun || gone.length === 0) return
    await this.#options.catalog.change({ remove: gone.map(({ publisherDid }) => publisherDid) })
    this.#report.removed = gone.length
  }

  #keyOf(name: string): string {
    const folder = basename(this.#root)
    return folder === name ? name : `${folder}/${name}`
  }

  #refuse(name: string, error: unknown): void {
    const reason = reasonOf(error)
    if (reason === undefined) throw error
    this.#report.refused.push({ name, reason })
  }
}

/** Reprojected images often carry the header of another band: the header is believed, and the operator told. */
function noteBand({ band }: NewProduct, name: string, { notes }: IngestReport): void {
  const named = /[_.-]([ugrizy])\.(fits?|fts)(\.fz)?$/.exec(name)?.[1]
  if (named !== undefined && band !== undefined && /^[ugrizy]$/.test(band) && band !== named)
    notes.push({
      name,
      reason: `its header says band ${band}, its name ${named}: the header is believed (see --mapping)`,
    })
}
