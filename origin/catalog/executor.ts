// What a database does for the shared catalogue (sql-catalog.ts): statements, transactions, and the few pieces of SQL
// that SQLite and PostgreSQL write differently. Statements have `?` for each value in order.

import type { LonLat, Region } from '#src/sky'
import type { CatalogBatches } from './store.ts'

export type Row = Record<string, unknown>
export type SqlValue = string | number | bigint | Uint8Array | null

export interface Executor {
  all(sql: string, ...values: SqlValue[]): Promise<Row[]>
  one(sql: string, ...values: SqlValue[]): Promise<Row | undefined>
  run(sql: string, ...values: SqlValue[]): Promise<void>
}

/** A connection to one store; everything it throws about the store is a CatalogError. */
export interface CatalogDriver extends Executor {
  readonly dialect: CatalogDialect
  /**
   * All of `work` or nothing. `work` uses the executor it is given and nothing else of the driver, and may be run again
   * from its start where another writer was in the way.
   */
  transaction<T>(work: (executor: Executor) => Promise<T>): Promise<T>
  /** As the catalogue's, in the store's fastest way. */
  load(release: string, batches: CatalogBatches): Promise<number>
  close(): Promise<void>
}

export interface CatalogDialect {
  /** A scalar: the planes of product `p` as JSON `[[role, file_id, hdu], …]` in their order. */
  readonly planesOf: string
  /** A scalar: its inputs as JSON `[input, …]`. */
  readonly inputsOf: string
  /** The unique columns that an upsert of a product meets. */
  readonly productKey: string
  /** A product is unique in its release only: keeping it in another does not take it from the first. */
  readonly releasesApart: boolean
  /** Values: release, id, seq, role, file_id, hdu. */
  readonly insertPlane: string
  /** Values: release, id, seq, input. */
  readonly insertInput: string
  /** Makes what a release needs before its first product; in vain where no product follows, and then harmless. */
  prepareRelease?(executor: Executor, release: string): Promise<void>
  /** A column of products that the spatial index is over. */
  readonly outline?: { readonly column: string; readonly value: string; of(footprint: readonly LonLat[]): SqlValue }
  /** Keeps, and takes away, what the spatial index has beside the product's row. */
  placeFootprint?(executor: Executor, id: number, footprint: readonly LonLat[]): Promise<void>
  forgetFootprint?(executor: Executor, id: number): Promise<void>
  /** A JOIN (or nothing) and a condition that choose at least the products `p` whose footprint meets the region. */
  near(region: Region): { readonly join: string; readonly where: string; readonly values: readonly SqlValue[] }
}
