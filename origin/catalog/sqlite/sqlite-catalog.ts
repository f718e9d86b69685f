// The embedded catalogue: one SQLite file in WAL mode, so that readers never wait for a writer, and a writer killed
// half-way leaves nothing behind. Footprints: R-tree of boxes first, then the exact test of src/sky.

import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { bounds, type Region, regionsIntersect } from '#src/sky'
import {
  type Catalog,
  type CatalogChange,
  CatalogError,
  type CollectionPart,
  type FileRecord,
  type MapRecord,
  type NewFile,
  type NewProduct,
  type Product,
  type ProductFilter,
  type ProductRights,
  type StoredProduct,
  type TruthRow,
} from '../store.ts'
import type { ReleaseRecord, SurveyChange } from '../survey.ts'
import { putRights, releaseOf, rightsNames, SELECT_RELEASES, surveyStatements } from '../tables/survey-change.ts'
import { capBox } from './box.ts'
import { catalogError } from './errors.ts'
import { parametersOf, productOf, SELECT_PRODUCT, UPSERT_PRODUCT } from './rows.ts'
import { migrate } from './schema.ts'

export interface SqliteOptions {
  /** How long a writer waits for another process that writes, ms. */
  readonly busyTimeoutMs?: number
  /** Most pages (of 4096 bytes) the file may grow to. */
  readonly maxPages?: number
}

type Row = Record<string, unknown>
const FILE_COLUMNS = 'file_id, path, key, size_bytes, mtime_ms, ctime_ms, digest'
const OVERLAPPING = `${SELECT_PRODUCT} JOIN product_boxes b ON b.id = p.id
  WHERE b.x1 >= ? AND b.x0 <= ? AND b.y1 >= ? AND b.y0 <= ? AND b.z1 >= ? AND b.z0 <= ?`

/** Opens (and where needed makes) the catalogue file; throws CatalogError. */
export function openSqliteCatalog(path: string, { busyTimeoutMs = 10_000, maxPages }: SqliteOptions = {}): Catalog {
  let db: DatabaseSync | undefined
  try {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    db = new DatabaseSync(path, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true })
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF')
    if (maxPages !== undefined) db.exec(`PRAGMA max_page_count = ${Math.floor(maxPages)}`)
    migrate(db)
  } catch (error) {
    db?.close()
    if (error instanceof Error && 'syscall' in error)
      throw new CatalogError(
        'not-writable',
        'the folder of SKYEDGE_DATA cannot be made: check its name and its rights',
        {
          cause: error,
        },
      )
    throw catalogError(error)
  }
  return new SqliteCatalog(db)
}

class SqliteCatalog implements Catalog {
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  async product(publisherDid: string): Promise<Product | undefined> {
    const row = this.#one(`${SELECT_PRODUCT} WHERE p.publisher_did = ?`, publisherDid)
    return row && productOf(row)
  }

  async productsIn(collection: string, filter: { release?: string; band?: string } = {}): Promise<Product[]> {
    const { where, values } = conditions({ collection, ...filter })
    return this.#all(`${SELECT_PRODUCT} WHERE ${where} ORDER BY p.release, p.product_id`, ...values).map(productOf)
  }

  async productsOverlapping(region: Region, filter: ProductFilter = {}): Promise<Product[]> {
    const { lonRad, latRad, radiusRad } = bounds(region)
    const [x0, x1, y0, y1, z0, z1] = capBox(lonRad, latRad, radiusRad)
    const { where, values } = conditions(filter)
    const sql = `${OVERLAPPING} AND ${where} ORDER BY p.release, p.product_id`
    return this.#all(sql, x0, x1, y0, y1, z0, z1, ...values)
      .map(productOf)
      .filter(({ footprint }) => regionsIntersect({ kind: 'polygon', vertices: footprint }, region))
  }

  async collections(): Promise<CollectionPart[]> {
    return this.#all(`SELECT collection, p.release, r.record AS rights, count(*) AS products,
        group_concat(DISTINCT band) AS bands
      FROM products p JOIN rights r USING (rights_id) GROUP BY collection, p.release, r.record
      ORDER BY p.release, collection, r.record`).map((row) => ({
      collection: row.collection as string,
      release: row.release as string,
      rights: JSON.parse(row.rights as string),
      products: row.products as number,
      bands: row.bands === null ? [] : (row.bands as string).split(',').sort(),
    }))
  }

  async file(fileId: number): Promise<FileRecord | undefined> {
    const row = this.#one(`SELECT ${FILE_COLUMNS}, hdu_index FROM files WHERE file_id = ?`, fileId)
    return row && { ...fileOf(row), index: row.hdu_index as Uint8Array }
  }

  async filesBelow(folder: string): Promise<Map<string, Omit<FileRecord, 'index'>>> {
    const prefix = folder.endsWith('/') ? folder : `${folder}/`
    // '0' is the character after '/': the range of the index that starts with the prefix.
    const rows = this.#all(
      `SELECT ${FILE_COLUMNS} FROM files WHERE path >= ? AND path < ?`,
      prefix,
      `${prefix.slice(0, -1)}0`,
    )
    return new Map(rows.map(fileOf).map((file) => [file.path, file]))
  }

  async storedProducts(collection: string, release: string): Promise<StoredProduct[]> {
    return this.#all(
      `SELECT publisher_did, product_id, generation, path, hdu FROM products
         JOIN planes ON planes.id = products.id AND seq = 0 JOIN files USING (file_id)
       WHERE collection = ? AND release = ? ORDER BY product_id`,
      collection,
      release,
    ).map((row) => ({
      publisherDid: row.publisher_did as string,
      productId: row.product_id as string,
      generation: row.generation as string,
      path: row.path as string,
      hdu: row.hdu as number,
    }))
  }

  async productsOfFile(fileId: number): Promise<string[]> {
    return this.#all(
      `SELECT DISTINCT publisher_did FROM planes JOIN products USING (id) WHERE file_id = ? ORDER BY publisher_did`,
      fileId,
    ).map((row) => row.publisher_did as string)
  }

  async change({ files = [], products = [], remove = [] }: CatalogChange): Promise<ReadonlyMap<string, number>> {
    return this.#transaction(() => {
      const ids = new Map(files.map((file) => [file.path, this.#putFile(file)]))
      const orphans = new Set<number>()
      for (const product of products) this.#putProduct(product, ids, orphans)
      for (const publisherDid of remove) this.#remove(publisherDid, orphans)
      for (const fileId of orphans)
        this.#run(
          'DELETE FROM files WHERE file_id = ?1 AND NOT EXISTS (SELECT 1 FROM planes WHERE file_id = ?1)',
          fileId,
        )
      return ids
    })
  }

  async maps(): Promise<MapRecord[]> {
    return this.#all('SELECT record FROM maps ORDER BY map').map((row) => JSON.parse(row.record as string))
  }

  async map(name: string): Promise<MapRecord | undefined> {
    const row = this.#one('SELECT record FROM maps WHERE map = ?', name)
    return row && JSON.parse(row.record as string)
  }

  async putMap(map: MapRecord): Promise<void> {
    this.#run('INSERT OR REPLACE INTO maps (map, record) VALUES (?, ?)', map.map, JSON.stringify(map))
  }

  async removeMap(name: string): Promise<void> {
    this.#run('DELETE FROM maps WHERE map = ?', name)
  }

  async putTruth(release: string, rows: readonly TruthRow[]): Promise<void> {
    this.#transaction(() => {
      this.#run('DELETE FROM truth WHERE release = ?', release)
      const sql = 'INSERT INTO truth (release, seq, kind, name, ra_deg, dec_deg, details) VALUES (?, ?, ?, ?, ?, ?, ?)'
      rows.forEach((row, seq) => {
        this.#run(sql, release, seq, row.kind, row.name, row.raDeg, row.decDeg, JSON.stringify(row.values))
      })
    })
  }

  async truth(release: string, kind?: string): Promise<TruthRow[]> {
    const sql = 'SELECT * FROM truth WHERE release = ?1 AND (?2 IS NULL OR kind = ?2) ORDER BY seq'
    return this.#all(sql, release, kind ?? null).map((row) => ({
      release,
      kind: row.kind as string,
      name: row.name as string,
      raDeg: row.ra_deg as number,
      decDeg: row.dec_deg as number,
      values: JSON.parse(row.details as string),
    }))
  }

  async putSurvey(change: SurveyChange): Promise<void> {
    this.#transaction(() => {
      const rightsIds = (change.calibrations ?? []).map(({ rights }) => this.#rightsId(rights))
      for (const { sql, values } of surveyStatements(change, rightsIds)) this.#run(sql, ...values)
    })
  }

  async releases(): Promise<ReleaseRecord[]> {
    return this.#all(SELECT_RELEASES).map(releaseOf)
  }

  async setting(name: string): Promise<string | undefined> {
    return this.#one('SELECT value FROM settings WHERE name = ?', name)?.value as string | undefined
  }

  async putSetting(name: string, value: string): Promise<void> {
    this.#run('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)', name, value)
  }

  async close(): Promise<void> {
    if (this.#db.isOpen) this.#db.close()
  }

  #putFile(file: NewFile): number {
    const row = this.#one(
      `INSERT INTO files (path, key, size_bytes, mtime_ms, ctime_ms, digest, hdu_index) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (path) DO UPDATE SET key = excluded.key, size_bytes = excluded.size_bytes,
         mtime_ms = excluded.mtime_ms, ctime_ms = excluded.ctime_ms, digest = excluded.digest,
         hdu_index = excluded.hdu_index
       RETURNING file_id`,
      ...[file.path, file.key, file.sizeBytes, file.mtimeMs, file.ctimeMs, file.digest, file.index],
    )
    return row!.file_id as number
  }

  #putProduct(product: NewProduct, fileIds: ReadonlyMap<string, number>, orphans: Set<number>): void {
    const id = this.#one(UPSERT_PRODUCT, ...parametersOf(product, this.#rightsId(product.rights)))!.id as number
    this.#forgetPlanes(id, orphans)
    product.inputs?.forEach((input, seq) => {
      this.#run('INSERT INTO product_inputs (id, seq, input) VALUES (?, ?, ?)', id, seq, input)
    })
    product.planes.forEach(({ role, path, hdu }, seq) => {
      const fileId = fileIds.get(path) ?? this.#fileIdOf(path)
      if (fileId === undefined)
        throw new CatalogError('conflict', `plane ${seq} of ${product.publisherDid} is in a file the catalogue lacks`)
      this.#run('INSERT INTO planes (id, seq, role, file_id, hdu) VALUES (?, ?, ?, ?, ?)', id, seq, role, fileId, hdu)
    })
    const { lonRad, latRad, radiusRad } = bounds({ kind: 'polygon', vertices: product.footprint })
    const box = capBox(lonRad, latRad, radiusRad)
    this.#run('INSERT OR REPLACE INTO product_boxes VALUES (?, ?, ?, ?, ?, ?, ?)', id, ...box)
  }

  #rightsId(rights: ProductRights): number {
    const { sql, values } = putRights(rights)
    const id = this.#one(sql, ...values)!.rights_id as number
    for (const statement of rightsNames(id, rights)) this.#run(statement.sql, ...statement.values)
    return id
  }

  #fileIdOf(path: string): number | undefined {
    return this.#one('SELECT file_id FROM files WHERE path = ?', path)?.file_id as number | undefined
  }

  #remove(publisherDid: string, orphans: Set<number>): void {
    const id = this.#one('SELECT id FROM products WHERE publisher_did = ?', publisherDid)?.id as number | undefined
    if (id === undefined) return
    this.#forgetPlanes(id, orphans)
    this.#run('DELETE FROM product_boxes WHERE id = ?', id)
    this.#run('DELETE FROM products WHERE id = ?', id)
  }

  #forgetPlanes(id: number, orphans: Set<number>): void {
    for (const row of this.#all('DELETE FROM planes WHERE id = ? RETURNING file_id', id))
      orphans.add(row.file_id as number)
    this.#run('DELETE FROM product_inputs WHERE id = ?', id)
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = this.#db.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }

  #all(sql: string, ...values: Value[]): Row[] {
    return this.#guard(() => this.#prepared(sql).all(...values) as Row[])
  }

  #one(sql: string, ...values: Value[]): Row | undefined {
    return this.#guard(() => this.#prepared(sql).get(...values) as Row | undefined)
  }

  #run(sql: string, ...values: Value[]): void {
    this.#guard(() => this.#prepared(sql).run(...values))
  }

  /** All of it or nothing; the write lock is taken at the start, so that no upgrade of a read can fail half-way. */
  #transaction<T>(work: () => T): T {
    return this.#guard(() => {
      this.#db.exec('BEGIN IMMEDIATE')
      try {
        const result = work()
        this.#db.exec('COMMIT')
        return result
      } catch (error) {
        if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
        throw error
      }
    })
  }

  #guard<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw catalogError(error)
    }
  }
}

type Value = string | number | Uint8Array | null

function conditions({ collection, release, band }: ProductFilter): { where: string; values: string[] } {
  const wanted = Object.entries({ collection, release, band }).filter((entry) => entry[1] !== undefined)
  return {
    where: ['TRUE', ...wanted.map(([name]) => `p.${name} = ?`)].join(' AND '),
    values: wanted.map(([, value]) => value as string),
  }
}

function fileOf(row: Row): Omit<FileRecord, 'index'> {
  return {
    fileId: row.file_id as number,
    path: row.path as string,
    key: row.key as string,
    sizeBytes: row.size_bytes as number,
    mtimeMs: row.mtime_ms as number,
    ctimeMs: row.ctime_ms as number,
    digest: row.digest as string,
  }
}
