import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type Observation, obscoreRow, observationXml } from '#src/caom2'
import { OBSCORE_COLUMNS, OBSCORE_TABLE } from '#src/obscore'
import { ANONYMOUS } from '#src/rights'
import { mayBeSeenBy, observation } from '../../../origin/catalog/caom.ts'
import { CATALOG_TABLES, catalogBindings } from '../../../origin/catalog/tables/bindings.ts'
import { faultsOf } from '../../support/caom-order.ts'
import { onEachCatalog, stores } from '../../support/catalogs.ts'
import { EMBARGO_UNTIL, fillSmallSurvey } from '../../support/survey.ts'

const NOW = Date.UTC(2027, 0, 10)
const folder = mkdtempSync(join(tmpdir(), 'skyedge-caom-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const options = { principal: ANONYMOUS, nowMs: NOW, base: 'https://sky.example', authority: 'skyedge.example' }
const may = mayBeSeenBy(ANONYMOUS, NOW)

onEachCatalog('CAOM', ({ store, openAndRead }) => {
  it('maps every product to the row that ivoa.ObsCore has of it', async () => {
    const { catalog, rows } = await openAndRead()
    const products = await fillSmallSurvey(catalog)
    const dialect = store === 'SQLite' ? 'sqlite' : 'postgres'
    const names = OBSCORE_COLUMNS.map(({ name }) => name)
    const { text, params } = catalogBindings({ dialect, ...options })
      .table(OBSCORE_TABLE)
      .from(names)
    const table = await rows(`SELECT * FROM ${text} AS x`, params)
    expect(table.length).toBe(4)
    const byDid = new Map(table.map((row) => [row.obs_publisher_did, row]))
    let compared = 0
    for (const { collection, obsId } of products) {
      const found = await observation(catalog, collection, obsId, may)
      for (const plane of found?.planes ?? []) {
        const mapped = obscoreRow(found as Observation, plane)
        const row = byDid.get(plane.publisherId) as Record<string, unknown>
        for (const [name, value] of Object.entries(mapped)) {
          const cell = typeof value === 'number' && row[name] !== null ? Number(row[name]) : row[name]
          expect(cell, `${plane.productId} ${name}`).toEqual(value)
          compared++
        }
      }
    }
    expect(compared).toBeGreaterThan(150)
    await catalog.close()
  })

  it('says in its tables what it says in its documents', async () => {
    const { catalog, rows } = await openAndRead()
    await fillSmallSurvey(catalog)
    const dialect = store === 'SQLite' ? 'sqlite' : 'postgres'
    const bindings = catalogBindings({ dialect, ...options })
    const read = async (name: string) => {
      const table = CATALOG_TABLES.flatMap(({ tables }) => tables).find(
        (each) => `${each.schema}.${each.name}` === name,
      )!
      const { text, params } = bindings.table(table).from(table.columns.map((column) => column.name))
      return rows(`SELECT * FROM ${text} AS x`, params)
    }
    const coadd = (await observation(catalog, 'test.coadd', 'coadd-1-0-r', may)) as Observation
    expect(coadd).toMatchObject({ kind: 'derived', algorithm: 'coadd', members: ['caom:test.calexp/exposure_1'] })
    expect(coadd.planes[0].provenance?.inputs).toEqual(['caom:test.calexp/exposure_1/calexp-1-0'])
    expect(coadd.planes[0].artifacts).toMatchObject([
      { uri: 'file:c.fits', productType: 'science', parts: [{ name: '1' }, { name: '3', productType: 'noise' }] },
      { uri: 'file:w.fits', productType: 'weight', parts: [{ name: '0' }] },
    ])
    expect((await read('caom2.Observation')).map((row) => [row.observationid, row.typecode]).sort()).toEqual([
      ['coadd-1-0-r', 'D'],
      ['coadd-1-1-r', 'D'],
      ['exposure_1', 'S'],
    ])
    expect(await read('caom2.ObservationMember')).toEqual([
      { parentid: 'caom:test.coadd/coadd-1-0-r', memberid: 'caom:test.calexp/exposure_1' },
    ])
    expect((await read('caom2.ProvenanceInput')).length).toBe(2)
    expect((await read('caom2.Artifact')).length).toBe(2 + 2 * 2)
    expect((await read('caom2.Part')).length).toBe(2 + 2 * 3)
    const simple = (await observation(catalog, 'test.calexp', 'exposure_1', may)) as Observation
    const row = (await read('caom2.Observation')).find(({ observationid }) => observationid === 'exposure_1')
    expect(row).toMatchObject({
      sequencenumber: expect.anything(),
      environment_seeing: simple.environment?.seeingArcsec,
      environment_ambienttemp: simple.environment?.ambientTempC,
      targetposition_coordinates_cval1: simple.targetPosition?.raDeg,
      instrument_name: simple.instrument,
    })
    await catalog.close()
  })

  it('has no observation of which nothing may be seen, until its embargo ends', async () => {
    const { catalog } = await openAndRead()
    await fillSmallSurvey(catalog)
    expect(await observation(catalog, 'test.calexp', 'exposure_2', may)).toBeUndefined()
    expect(await observation(catalog, 'test.calexp', 'nothing', may)).toBeUndefined()
    const later = mayBeSeenBy(ANONYMOUS, EMBARGO_UNTIL)
    expect((await observation(catalog, 'test.calexp', 'exposure_2', later))?.planes.length).toBe(1)
    await catalog.close()
  })
})

describe('the documents', () => {
  const documents = async () => {
    const { catalog } = await stores[0].openAndRead()
    const products = await fillSmallSurvey(catalog)
    const found = []
    for (const { collection, obsId } of products) found.push(await observation(catalog, collection, obsId, may))
    await catalog.close()
    return found.filter((document) => document !== undefined).map(observationXml)
  }

  it('hold the elements of CAOM 2.4 in its order, and its kinds of values', async () => {
    const texts = await documents()
    expect(texts.length).toBe(4)
    for (const text of texts) expect(faultsOf(text)).toEqual([])
  })

  // The schema is not ours to keep: SKYEDGE_CAOM_XSD is the path of a copy (opencadc/caom2, CAOM-2.4.xsd).
  const schema = process.env.SKYEDGE_CAOM_XSD
  if (schema !== undefined)
    it('are valid by the schema of CAOM 2.4', async () => {
      for (const text of await documents()) {
        const path = join(folder, 'observation.xml')
        writeFileSync(path, text)
        execFileSync('xmllint', ['--noout', '--schema', schema, path], { stdio: 'pipe' })
      }
    })
})
