// Who is shown which rows: on each store exactly those that decide() allows, in every table of the catalogue.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ANONYMOUS, decide, type Principal } from '#src/rights'
import { CATALOG_TABLES, catalogBindings } from '../../../../origin/catalog/tables/bindings.ts'
import { onEachCatalog, type Rows } from '../../../support/catalogs.ts'
import { fileAt, squareAt } from '../../../support/products.ts'
import { anyPrincipal, anyRights, NOW } from '../../../support/rights.ts'

const TABLES = new Map(
  CATALOG_TABLES.flatMap(({ tables }) => tables).map((table) => [`${table.schema}.${table.name}`, table]),
)

function reader(rows: Rows, store: string) {
  return async (who: Principal, table: string, ...columns: string[]): Promise<unknown[][]> => {
    const bindings = catalogBindings({
      dialect: store === 'SQLite' ? 'sqlite' : 'postgres',
      principal: who,
      nowMs: NOW,
      base: 'https://sky.example',
      authority: 'skyedge.example',
    })
    const { text, params } = bindings.table(TABLES.get(table)!).from(columns)
    const found = await rows(`SELECT * FROM ${text} AS x`, params)
    return found.map((row) => columns.map((name) => row[name.toLowerCase()])).sort()
  }
}

onEachCatalog('row rights', ({ store, openAndRead }) => {
  it('show exactly the images, observations and visits that the policy allows', async () => {
    const { catalog, rows } = await openAndRead()
    const read = reader(rows, store)
    const samples = fc.sample(anyRights, { numRuns: 300, seed: 7 })
    const products = samples.map((rights, i) =>
      squareAt(`p${i}`, i, 0, 0.1, {
        rights,
        visit: i,
        instrument: 'cam',
        obsId: `o${i % 200}`,
        inputs: ['elsewhere'],
      }),
    )
    await catalog.change({ files: [fileAt('/a.fits')], products })
    const visits = products.map(({ visit }) => ({ release: 'dr1', instrument: 'cam', visit: visit as number }))
    const calibrations = products.map(({ rights, productId }) => ({
      release: 'dr1',
      calibrationId: productId,
      kind: 'bias',
      instrument: 'cam',
      rights,
    }))
    await catalog.putSurvey({ visits, conditions: visits, calibrations })

    const principals = [ANONYMOUS, ...fc.sample(anyPrincipal, { numRuns: 40, seed: 11 })]
    for (const who of principals) {
      const allowed = products.filter(({ rights }) => decide(who, rights, NOW).outcome === 'allow')
      const sorted = (values: readonly unknown[]) => [...new Set(values)].map((value) => [value]).sort()
      const dids = sorted(allowed.map(({ publisherDid }) => publisherDid))
      const seen = sorted(allowed.map(({ visit }) => Number(visit)))
      expect(await read(who, 'ivoa.ObsCore', 'obs_publisher_did')).toEqual(dids)
      expect(await read(who, 'caom2.Plane', 'publisherID')).toEqual(dids)
      expect(await read(who, 'caom2.ProvenanceInput', 'outputID')).toEqual(dids)
      expect(await read(who, 'caom2.Observation', 'observationID')).toEqual(sorted(allowed.map(({ obsId }) => obsId)))
      expect((await read(who, 'survey.visit', 'visit')).map(([n]) => [Number(n)]).sort()).toEqual(seen)
      expect((await read(who, 'survey.exposure_conditions', 'visit')).map(([n]) => [Number(n)]).sort()).toEqual(seen)
      const names = sorted(allowed.map(({ productId }) => productId))
      expect(await read(who, 'survey.calibration_product', 'calibration_id')).toEqual(names)
      for (const table of ['caom2.Artifact', 'caom2.Part', 'caom2.Chunk'])
        expect((await read(who, table, TABLES.get(table)!.columns[0].name)).length).toBe(dids.length)
    }
    await catalog.close()
  })

  it('say of each image whether it is public, and since when', async () => {
    const { catalog, rows } = await openAndRead()
    const DAY = 86_400_000
    const cases = {
      open: { access: 'public', release: 'dr1' },
      'open in dr2': { access: 'public', release: 'dr2' },
      'after an embargo': { access: 'public', release: 'dr1', embargoUntilMs: NOW - DAY },
      released: { access: 'proprietary', release: 'dr1', publicFromMs: NOW - 2 * DAY },
      proprietary: { access: 'proprietary', release: 'dr1' },
      'until tomorrow': { access: 'proprietary', release: 'dr1', publicFromMs: NOW + DAY },
      shared: { access: 'level3', release: 'dr1', users: ['ann'] },
    } as const
    await catalog.change({
      files: [fileAt('/a.fits')],
      products: Object.entries(cases).map(([name, rights], i) =>
        squareAt(name.replaceAll(' ', '-'), i, 0, 0.1, {
          rights,
          release: rights.release,
          obsId: name,
          modifiedMs: Date.UTC(2026, 4, 1),
        }),
      ),
    })
    await catalog.putSurvey({ releases: [{ release: 'dr2', releasedMs: Date.UTC(2026, 5, 30, 12) }] })
    const who = { sub: 'ann', scopes: ['read:image'], groups: [], dataRights: ['dr1'] }
    const found = await reader(rows, store)(who, 'ivoa.ObsCore', 'obs_id', 'data_rights', 'obs_release_date')
    expect(Object.fromEntries(found.map(([id, ...rest]) => [id, rest]))).toEqual({
      open: ['public', '2026-05-01T00:00:00'],
      'open in dr2': ['public', '2026-06-30T12:00:00'],
      'after an embargo': ['public', '2027-01-09T00:00:00'],
      released: ['public', '2027-01-08T00:00:00'],
      proprietary: ['proprietary', null],
      'until tomorrow': ['proprietary', '2027-01-11T00:00:00'],
      shared: ['secure', null],
    })
    await catalog.close()
  })
})
