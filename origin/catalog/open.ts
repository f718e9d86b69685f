// The catalogue that the settings ask for.

import { join } from 'node:path'
import type { Config } from '../config.ts'
import { openPostgresCatalog } from './postgres/postgres-catalog.ts'
import { openSqliteCatalog } from './sqlite/sqlite-catalog.ts'
import type { Catalog } from './store.ts'

export async function openCatalog({
  dataFolder,
  databaseUrl,
}: Pick<Config, 'dataFolder' | 'databaseUrl'>): Promise<Catalog> {
  if (databaseUrl !== undefined) return openPostgresCatalog(databaseUrl)
  return openSqliteCatalog(join(dataFolder, 'catalog.sqlite'))
}
