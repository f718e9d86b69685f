// The catalogue that the settings ask for.

import { join } from 'node:path'
import type { Config } from '../config.ts'
import { openSqliteCatalog } from './sqlite/sqlite-catalog.ts'
import { type Catalog, CatalogError } from './store.ts'

export async function openCatalog({
  dataFolder,
  databaseUrl,
}: Pick<Config, 'dataFolder' | 'databaseUrl'>): Promise<Catalog> {
  if (databaseUrl !== undefined)
    throw new CatalogError('unavailable', 'SKYEDGE_DATABASE_URL is set, but this version keeps its catalogue in SQLite')
  return openSqliteCatalog(join(dataFolder, 'catalog.sqlite'))
}
