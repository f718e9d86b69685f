// Fresh, empty catalogues on each database: `onEachCatalog('…', ({ open }) => …)`.
// Their files and databases go when the test file is done.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { afterAll } from 'vitest'
import { openPostgresCatalog } from '../../origin/catalog/postgres/postgres-catalog.ts'
import { openSqliteCatalog } from '../../origin/catalog/sqlite/sqlite-catalog.ts'
import type { Catalog } from '../../origin/catalog/store.ts'
import type { FragmentValue } from '../../origin/catalog/tables/fragment.ts'
import { DATABASES, type Database, onEachDatabase } from './databases.ts'
import { freshDatabase, type TestDatabase } from './postgres.ts'

export interface CatalogStore {
  readonly store: Database
  open(): Promise<Catalog>
  /** With a reader of its own for statements with `?` placeholders. */
  openAndRead(): Promise<{ catalog: Catalog; rows: Rows }>
}
export type Rows = (text: string, params?: readonly FragmentValue[]) => Promise<Record<string, unknown>[]>

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
  async openAndRead() {
    const folder = mkdtempSync(join(tmpdir(), 'skyedge-catalog-'))
    const path = join(folder, 'catalog.sqlite')
    const catalog = openSqliteCatalog(path)
    const db = new DatabaseSync(path, { readOnly: true })
    ends.push(
      () => db.close(),
      () => rmSync(folder, { recursive: true, force: true }),
    )
    return { catalog, rows: async (text, params = []) => db.prepare(text).all(...params) }
  },
}

const server: CatalogStore = {
  store: 'PostgreSQL',
  async open() {
    const database: TestDatabase = await freshDatabase()
    ends.push(() => database.drop())
    return openPostgresCatalog(database.url, { connections: 4 })
  },
  async openAndRead() {
    const database = await freshDatabase()
    const catalog = await openPostgresCatalog(database.url, { connections: 4 })
    const client = new pg.Client(database.url)
    await client.connect()
    ends.push(
      () => client.end(),
      () => database.drop(),
    )
    const rows: Rows = async (text, params = []) => {
      let n = 0
      return (
        await client.query(
          text.replace(/'[^']*'|\?/g, (part) => (part === '?' ? `$${++n}` : part)),
          [...params],
        )
      ).rows
    }
    return { catalog, rows }
  },
}

const CATALOGS: Readonly<Record<Database, CatalogStore>> = { SQLite: sqlite, PostgreSQL: server }
/** Those that are here. */
export const stores = DATABASES.filter(({ needs }) => needs.found).map(({ store }) => CATALOGS[store])
export const onEachCatalog = (what: string, tests: (catalog: CatalogStore) => void): void =>
  onEachDatabase(what, (store) => tests(CATALOGS[store]))
