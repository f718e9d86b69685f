import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { ANONYMOUS } from '#src/rights'
import { openSqliteCatalog } from '../../../../origin/catalog/sqlite/sqlite-catalog.ts'
import { CATALOG_TABLES, catalogBindings } from '../../../../origin/catalog/tables/bindings.ts'

const folder = mkdtempSync(join(tmpdir(), 'skyedge-bindings-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const NOW = Date.UTC(2026, 0, 1)
const TABLES = CATALOG_TABLES.flatMap(({ tables }) => tables)
const common = { principal: ANONYMOUS, nowMs: NOW, base: 'https://sky.example', authority: 'skyedge.example' }

describe('the tables that queries see', () => {
  it('give every column of their definition, on an empty catalogue too', async () => {
    const path = join(folder, 'empty.sqlite')
    await openSqliteCatalog(path).close()
    const db = new DatabaseSync(path, { readOnly: true })
    const bindings = catalogBindings({ dialect: 'sqlite', ...common })
    for (const table of TABLES) {
      const columns = table.columns.map(({ name }) => name)
      const { text, params } = bindings.table(table).from(columns)
      const statement = db.prepare(`SELECT * FROM ${text} AS x`)
      const names = statement.columns().map(({ name }) => name)
      expect(names.slice(0, columns.length), table.name).toEqual(columns.map((name) => name.toLowerCase()))
      expect(statement.all(...params).length > 0, table.name).toBe(table.schema === 'TAP_SCHEMA')
    }
    db.close()
  })

  it('hold as many placeholders as values, none of them inside a text', () => {
    for (const dialect of ['sqlite', 'postgres'] as const)
      for (const table of TABLES) {
        const { text, params } = catalogBindings({ dialect, ...common })
          .table(table)
          .from(table.columns.map(({ name }) => name))
        expect(text.split('?').length - 1, `${dialect} ${table.name}`).toBe(params.length)
      }
  })

  it('fill all columns that ObsCore asks of everybody', () => {
    const view = catalogBindings({ dialect: 'sqlite', ...common }).table(TABLES[0])
    for (const { name, principal } of TABLES[0].columns)
      if (principal) expect(view.from([name]).text).not.toContain('CAST(NULL')
  })
})
