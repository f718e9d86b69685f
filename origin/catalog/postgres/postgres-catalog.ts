// The catalogue for those who outgrow one machine: PostgreSQL with pg_sphere, shared by several origins.

import type pg from 'pg'
import { POSTGRES_FUNCTIONS } from '../../query/postgres-functions.ts'
import { SqlCatalog } from '../sql-catalog.ts'
import type { Catalog } from '../store.ts'
import { PostgresDriver } from './driver.ts'
import { catalogError } from './errors.ts'
import { migrate } from './migrate.ts'
import { createPool, type PoolOptions } from './pool.ts'

/**
 * Connects to (and where needed fills) the database; throws CatalogError. Catalogue, jobs and the functions of queries are
 * in one schema.
 */
export async function openDatabase(url: string, options?: PoolOptions): Promise<pg.Pool> {
  const pool = createPool(url, options)
  try {
    await migrate(pool, POSTGRES_FUNCTIONS)
  } catch (error) {
    await pool.end()
    throw catalogError(error)
  }
  return pool
}

export const openPostgresCatalog = async (url: string, options?: PoolOptions): Promise<Catalog> =>
  new SqlCatalog(new PostgresDriver(await openDatabase(url, options)))
