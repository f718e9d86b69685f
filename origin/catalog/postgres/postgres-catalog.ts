// The catalogue for those who outgrow one machine: PostgreSQL with pg_sphere, shared by several origins.

import type pg from 'pg'
import { POSTGRES_FUNCTIONS } from '../../query/postgres-functions.ts'
import { SqlCatalog } from '../sql-catalog.ts'
import type { Catalog } from '../store.ts'
import { PostgresDriver } from './driver.ts'
import { catalogError } from './errors.ts'
import { migrate } from './migrate.ts'
import { createPool, type PoolOptions } from './pool.ts'

/** Catalogue, jobs and the functions of queries are in one schema. */
export const migrateDatabase = (pool: pg.Pool): Promise<void> => migrate(pool, POSTGRES_FUNCTIONS)

/** Connects to (and where needed fills) the database; throws CatalogError. */
export async function openPostgresCatalog(url: string, options?: PoolOptions): Promise<Catalog> {
  const pool = createPool(url, options)
  try {
    await migrateDatabase(pool)
  } catch (error) {
    await pool.end()
    throw catalogError(error)
  }
  return new SqlCatalog(new PostgresDriver(pool))
}
