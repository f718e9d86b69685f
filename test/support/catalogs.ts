// Fresh, empty catalogues on each database that is here: `describe.each(stores)('… on $store', ({ open }) => …)`.
// Their files and databases go when the test file is done.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, it } from 'vitest'
import { openPostgresCatalog } from '../../origin/catalog/postgres/postgres-catalog.ts'
import { openSqliteCatalog } from '../../origin/catalog/sqlite/sqlite-catalog.ts'
import type { Catalog } from '../../origin/catalog/store.ts'
import { postgres } from './optional.ts'
import { freshDatabase, type TestDatabase } from './postgres.ts'

export interface CatalogStore {
  readonly store: 'SQLite' | 'PostgreSQL'
  open(): Promise<Catalog>
}

const ends: (() => unknown)[] = []
afterAll(async () => {
  for (const end of ends) await end()
})

const sqlite: CatalogStore = {
  store: 'SQLite',
  async open() {
    const folder = mkdtempSync(join(tmpdir(), 'skyedge-catalog-'))
    ends.push(() => rmSync(folder, { recursive: true, force: true }))
    return openSqliteCatalog(join(folder, 'catalog.sqlite'))
  },
}

const server: CatalogStore = {
  store: 'PostgreSQL',
  async open() {
    const database: TestDatabase = await freshDatabase()
    ends.push(() => database.drop())
    return openPostgresCatalog(database.url, { connections: 4 })
  },
}

const { found, says } = postgres()
export const stores: readonly CatalogStore[] = found ? [sqlite, server] : [sqlite]
if (!found) describe.skip(says('the catalogue on PostgreSQL'), () => it('is not tried', () => undefined))
