import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { migrate, STEPS } from '../../../../origin/catalog/sqlite/schema.ts'
import { openSqliteCatalog } from '../../../../origin/catalog/sqlite/sqlite-catalog.ts'

const folder = mkdtempSync(join(tmpdir(), 'skyedge-migration-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a catalogue of the first schema', () => {
  it('moves over with its products and their rights', async () => {
    const path = join(folder, 'catalog.sqlite')
    const db = new DatabaseSync(path)
    migrate(db, STEPS.slice(0, 1))
    const rights = [
      { access: 'public', release: 'dr1', embargoUntilMs: 1_900_000_000_000.5 },
      { access: 'level3', release: 'dr1', owner: 'eve', users: ["o'hara"], groups: ['team', 'other'] },
      { access: 'public', release: 'dr1', embargoUntilMs: 1_900_000_000_000.5 },
    ]
    rights.forEach((each, i) => {
      db.prepare(
        `INSERT INTO products (publisher_did, product_id, collection, release, dataproduct_subtype, calib_level, obs_id,
           facility, instrument, ra_deg, dec_deg, fov_deg, s_region, footprint, pixel_scale_arcsec, width, height,
           size_bytes, rights, generation, modified_ms)
         VALUES (?, ?, 'test', 'dr1', 'test', 2, ?, '', '', 1, 2, 0.1, '', x'', 0.2, 10, 10, 100, ?, 'g', 1)`,
      ).run(`ivo://a/dr1?p${i}`, `p${i}`, `o${i}`, JSON.stringify(each))
    })
    db.close()

    const catalog = openSqliteCatalog(path)
    const products = await catalog.productsIn('test')
    expect(products.map((product) => product.rights)).toEqual(rights)
    expect(products[0]).not.toHaveProperty('inputs')
    expect((await catalog.productsOfObservation('test', 'o1')).length).toBe(1)
    await catalog.close()

    const after = new DatabaseSync(path, { readOnly: true })
    expect(after.prepare('SELECT count(*) AS n FROM rights').get()).toEqual({ n: 2 })
    expect(after.prepare('SELECT kind, name FROM rights_names ORDER BY kind, name').all()).toEqual([
      { kind: 'group', name: 'other' },
      { kind: 'group', name: 'team' },
      { kind: 'user', name: "o'hara" },
    ])
    expect(after.prepare('SELECT observation_uri AS uri FROM products ORDER BY id LIMIT 1').get()).toEqual({
      uri: 'caom:test/o0',
    })
    after.close()
  })
})
