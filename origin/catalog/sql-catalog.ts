// The catalogue in SQL that SQLite and PostgreSQL both take; what they write differently is in the driver's dialect.
// Footprints: the store's spatial index first, then the exact test of src/sky.

import { type Region, regionsIntersect } from '#src/sky'
import { missingFile } from './checked-batches.ts'
import type { CatalogDriver, Executor, SqlValue } from './executor.ts'
import { FILE_COLUMNS, fileOf, putFile } from './file-rows.ts'
import { type OutlinePage, outlineMark, outlinesAfter } from './outlines.ts'
import { countedUp, purgeCount, purges } from './purge-rows.ts'
import { rightsIds } from './rights-ids.ts'
import { parametersOf, productOf, selectProduct, upsertProduct } from './rows.ts'
import type {
  Catalog,
  CatalogBatches,
  CatalogChange,
  CollectionPart,
  FileRecord,
  MapRecord,
  NewProduct,
  Product,
  ProductFilter,
  ProductRights,
  Purge,
  PurgeKind,
  PurgeTarget,
  StoredProduct,
  TruthRow,
} from './store.ts'
import type {
  CoaddInputRecord,
  ConditionsRecord,
  ReleaseRecord,
  SurveyChange,
  VisitKey,
  VisitRecord,
} from './survey.ts'
import {
  recordOf,
  SELECT_CONDITIONS,
  SELECT_INPUTS,
  SELECT_RELEASES,
  SELECT_VISIT,
  surveyStatements,
} from './tables/survey-change.ts'

const by =
  <K extends string>(key: K) =>
  (a: Readonly<Record<K, string>>, b: Readonly<Record<K, string>>): number =>
    a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : 0

export class SqlCatalog implements Catalog {
  readonly #driver: CatalogDriver
  readonly #select: string
  readonly #upsert: string

  constructor(driver: CatalogDriver) {
    this.#driver = driver
    this.#select = selectProduct(driver.dialect)
    this.#upsert = upsertProduct(driver.dialect)
  }

  async product(publisherDid: string): Promise<Product | undefined> {
    const row = await this.#driver.one(`${this.#select} WHERE p.publisher_did = ?`, publisherDid)
    return row && productOf(row)
  }

  async productsOfObservation(collection: string, obsId: string): Promise<Product[]> {
    const sql = `${this.#select} WHERE p.collection = ? AND p.obs_id = ? ORDER BY p.id`
    return (await this.#driver.all(sql, collection, obsId)).map(productOf)
  }

  async observationsOfVisit({ release, instrument, visit }: VisitKey) {
    const rows = await this.#driver.all(
      `SELECT DISTINCT collection, obs_id, record FROM products p JOIN rights r USING (rights_id)
       WHERE p.visit = ? AND p.release = ? AND p.instrument = ?`,
      visit,
      release,
      instrument,
    )
    return rows.map((row) => ({
      collection: row.collection as string,
      obsId: row.obs_id as string,
      rights: JSON.parse(row.record as string) as ProductRights,
    }))
  }

  async productsIn(collection: string, filter: { release?: string; band?: string } = {}): Promise<Product[]> {
    const { where, values } = conditions({ collection, ...filter })
    const sql = `${this.#select} WHERE ${where} ORDER BY p.release, p.product_id`
    return (await this.#driver.all(sql, ...values)).map(productOf)
  }

  async productsOverlapping(region: Region, filter: ProductFilter = {}): Promise<Product[]> {
    const near = this.#driver.dialect.near(region)
    const { where, values } = conditions(filter)
    const sql = `${this.#select} ${near.join} WHERE ${near.where} AND ${where} ORDER BY p.release, p.product_id`
    return (await this.#driver.all(sql, ...near.values, ...values))
      .map(productOf)
      .filter(({ footprint }) => regionsIntersect({ kind: 'polygon', vertices: footprint }, region))
  }

  async collections(): Promise<CollectionPart[]> {
    const rows = await this.#driver.all(
      `SELECT collection, p.release, r.record AS rights, band, count(*) AS products
       FROM products p JOIN rights r USING (rights_id)
       GROUP BY collection, p.release, r.record, band ORDER BY p.release, collection, r.record, band`,
    )
    const parts = new Map<string, CollectionPart>()
    for (const row of rows) {
      const key = JSON.stringify([row.release, row.collection, row.rights])
      const { products = 0, bands = [] } = parts.get(key) ?? {}
      parts.set(key, {
        collection: row.collection as string,
        release: row.release as string,
        rights: JSON.parse(row.rights as string),
        products: products + (row.products as number),
        bands: row.band === null ? bands : [...bands, row.band as string],
      })
    }
    return [...parts.values()]
  }

  outlineMark(collection: string, release: string, upTo?: number) {
    return outlineMark(this.#driver, collection, release, upTo)
  }

  outlinesAfter(collection: string, release: string, page: OutlinePage) {
    return outlinesAfter(this.#driver, collection, release, page)
  }

  async file(fileId: number): Promise<FileRecord | undefined> {
    const row = await this.#driver.one(`SELECT ${FILE_COLUMNS}, hdu_index FROM files WHERE file_id = ?`, fileId)
    return row && { ...fileOf(row), index: row.hdu_index as Uint8Array }
  }

  async filesBelow(folder: string): Promise<Map<string, Omit<FileRecord, 'index'>>> {
    const prefix = folder.endsWith('/') ? folder : `${folder}/`
    // '0' is the character after '/': the range of the index that starts with the prefix.
    const rows = await this.#driver.all(
      `SELECT ${FILE_COLUMNS} FROM files WHERE path >= ? AND path < ?`,
      prefix,
      `${prefix.slice(0, -1)}0`,
    )
    return new Map(rows.map(fileOf).map((file) => [file.path, file]))
  }

  async storedProducts(collection: string, release: string): Promise<StoredProduct[]> {
    const rows = await this.#driver.all(
      `SELECT publisher_did, product_id, generation, path, hdu FROM products
         LEFT JOIN planes ON planes.id = products.id AND seq = 0 LEFT JOIN files ON files.file_id = planes.file_id
       WHERE collection = ? AND products.release = ? ORDER BY product_id`,
      collection,
      release,
    )
    return rows.map((row) => ({
      publisherDid: row.publisher_did as string,
      productId: row.product_id as string,
      generation: row.generation as string,
      path: (row.path ?? '') as string,
      hdu: (row.hdu ?? -1) as number,
    }))
  }

  async productsOfFile(fileId: number): Promise<string[]> {
    const rows = await this.#driver.all(
      `SELECT DISTINCT publisher_did FROM planes JOIN products USING (id) WHERE file_id = ? ORDER BY publisher_did`,
      fileId,
    )
    return rows.map((row) => row.publisher_did as string)
  }

  async change({ files = [], products = [], remove = [] }: CatalogChange): Promise<ReadonlyMap<string, number>> {
    // Committed at once, so that nobody waits for it as long as the change takes.
    for (const release of new Set(products.map((product) => product.release)))
      await this.#driver.dialect.prepareRelease?.(this.#driver, release)
    return this.#driver.transaction(async (store) => {
      const ids = new Map<string, number>()
      // One order for everybody: two writers that share files or products wait for each other in turn, in no circle.
      for (const file of files.toSorted(by('path'))) ids.set(file.path, await putFile(store, file))
      const orphans = new Set<number>()
      const rightsId = rightsIds(store)
      for (const product of products.toSorted(by('publisherDid')))
        await this.#putProduct(store, product, await rightsId(product.rights), ids, orphans)
      for (const publisherDid of remove) await this.#remove(store, publisherDid, orphans)
      for (const fileId of orphans)
        await store.run(
          'DELETE FROM files WHERE file_id = ? AND NOT EXISTS (SELECT 1 FROM planes WHERE planes.file_id = ?)',
          fileId,
          fileId,
        )
      return ids
    })
  }

  load(release: string, batches: CatalogBatches): Promise<number> {
    return this.#driver.load(release, batches)
  }

  async maps(): Promise<MapRecord[]> {
    const rows = await this.#driver.all('SELECT record FROM maps ORDER BY map')
    return rows.map((row) => JSON.parse(row.record as string))
  }

  async map(name: string): Promise<MapRecord | undefined> {
    const row = await this.#driver.one('SELECT record FROM maps WHERE map = ?', name)
    return row && JSON.parse(row.record as string)
  }

  async putMap(map: MapRecord): Promise<void> {
    const sql = 'INSERT INTO maps (map, record) VALUES (?, ?) ON CONFLICT (map) DO UPDATE SET record = excluded.record'
    await this.#driver.run(sql, map.map, JSON.stringify(map))
  }

  async removeMap(name: string): Promise<void> {
    await this.#driver.run('DELETE FROM maps WHERE map = ?', name)
  }

  async putTruth(release: string, rows: readonly TruthRow[]): Promise<void> {
    await this.#driver.transaction(async (store) => {
      await store.run('DELETE FROM truth WHERE release = ?', release)
      const sql = 'INSERT INTO truth (release, seq, kind, name, ra_deg, dec_deg, details) VALUES (?, ?, ?, ?, ?, ?, ?)'
      for (const [seq, row] of rows.entries())
        await store.run(sql, release, seq, row.kind, row.name, row.raDeg, row.decDeg, JSON.stringify(row.values))
    })
  }

  async truth(release: string, kind?: string): Promise<TruthRow[]> {
    const sql = `SELECT * FROM truth WHERE release = ?${kind === undefined ? '' : ' AND kind = ?'} ORDER BY seq`
    const rows = await this.#driver.all(sql, release, ...(kind === undefined ? [] : [kind]))
    return rows.map((row) => ({
      release,
      kind: row.kind as string,
      name: row.name as string,
      raDeg: row.ra_deg as number,
      decDeg: row.dec_deg as number,
      values: JSON.parse(row.details as string),
    }))
  }

  async putSurvey(change: SurveyChange): Promise<void> {
    await this.#driver.transaction(async (store) => {
      const rightsId = rightsIds(store)
      const ids: number[] = []
      for (const { rights } of change.calibrations ?? []) ids.push(await rightsId(rights))
      for (const { sql, values } of surveyStatements(change, ids)) await store.run(sql, ...values)
    })
  }

  async releases(): Promise<ReleaseRecord[]> {
    return (await this.#driver.all(SELECT_RELEASES)).map((row) => recordOf<ReleaseRecord>(row))
  }

  async visit({ release, instrument, visit }: VisitKey): Promise<VisitRecord | undefined> {
    const row = await this.#driver.one(SELECT_VISIT, release, instrument, visit)
    return row && recordOf<VisitRecord>(row)
  }

  async conditions({ release, instrument, visit }: VisitKey): Promise<ConditionsRecord | undefined> {
    const row = await this.#driver.one(SELECT_CONDITIONS, release, instrument, visit)
    return row && recordOf<ConditionsRecord>(row)
  }

  async coaddInputs(coaddDid: string): Promise<CoaddInputRecord[]> {
    return (await this.#driver.all(SELECT_INPUTS, coaddDid)).map((row) => recordOf<CoaddInputRecord>(row))
  }

  purge(target: PurgeTarget, nowMs: number): Promise<Purge> {
    return countedUp(this.#driver, target, nowMs)
  }

  purges(kinds?: readonly PurgeKind[]): Promise<Purge[]> {
    return purges(this.#driver, kinds)
  }

  purgeCount(targets: readonly PurgeTarget[]): Promise<number> {
    return purgeCount(this.#driver, targets)
  }

  async setting(name: string): Promise<string | undefined> {
    const row = await this.#driver.one('SELECT value FROM settings WHERE name = ?', name)
    return row?.value as string | undefined
  }

  async putSetting(name: string, value: string): Promise<void> {
    const sql =
      'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value'
    await this.#driver.run(sql, name, value)
  }

  async close(): Promise<void> {
    await this.#driver.close()
  }

  async #putProduct(
    store: Executor,
    product: NewProduct,
    rightsId: number,
    fileIds: ReadonlyMap<string, number>,
    orphans: Set<number>,
  ): Promise<void> {
    const { dialect } = this.#driver
    const { publisherDid, release, footprint } = product
    if (dialect.releasesApart) await this.#leaveOtherReleases(store, product, orphans)
    const id = (await store.one(this.#upsert, ...parametersOf(product, rightsId, dialect)))!.id as number
    await forgetPlanes(store, id, orphans)
    for (const [seq, input] of (product.inputs ?? []).entries())
      await store.run(dialect.insertInput, release, id, seq, input)
    for (const [seq, { role, path, hdu }] of product.planes.entries()) {
      const fileId = fileIds.get(path) ?? (await fileIdOf(store, path))
      if (fileId === undefined) throw missingFile(publisherDid, seq)
      await store.run(dialect.insertPlane, release, id, seq, role, fileId, hdu)
    }
    await dialect.placeFootprint?.(store, id, footprint)
  }

  /** A product that moves to another release is kept anew there. */
  async #leaveOtherReleases(store: Executor, { publisherDid, release }: NewProduct, orphans: Set<number>) {
    const sql = 'SELECT id FROM products WHERE publisher_did = ? AND release <> ?'
    if (await store.one(sql, publisherDid, release)) await this.#remove(store, publisherDid, orphans)
  }

  async #remove(store: Executor, publisherDid: string, orphans: Set<number>): Promise<void> {
    const row = await store.one('SELECT id FROM products WHERE publisher_did = ?', publisherDid)
    if (!row) return
    await forgetPlanes(store, row.id as number, orphans)
    await this.#driver.dialect.forgetFootprint?.(store, row.id as number)
    await store.run('DELETE FROM products WHERE publisher_did = ?', publisherDid)
  }
}

async function fileIdOf(store: Executor, path: string): Promise<number | undefined> {
  return (await store.one('SELECT file_id FROM files WHERE path = ?', path))?.file_id as number | undefined
}

async function forgetPlanes(store: Executor, id: number, orphans: Set<number>): Promise<void> {
  for (const row of await store.all('DELETE FROM planes WHERE id = ? RETURNING file_id', id))
    orphans.add(row.file_id as number)
  await store.run('DELETE FROM product_inputs WHERE id = ?', id)
}

function conditions({ collection, release, band }: ProductFilter): { where: string; values: SqlValue[] } {
  const wanted = Object.entries({ collection, release, band }).filter((entry) => entry[1] !== undefined)
  return {
    where: ['TRUE', ...wanted.map(([name]) => `p.${name} = ?`)].join(' AND '),
    values: wanted.map(([, value]) => value as string),
  }
}
