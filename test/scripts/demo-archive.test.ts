// The demo survey in the catalogue: its tables, and CAOM's documents against ivoa.ObsCore for every product.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { obscoreRow, observationXml } from '#src/caom2'
import { mayBeSeenBy, observation } from '../../origin/catalog/caom.ts'
import type { Catalog } from '../../origin/catalog/store.ts'
import { fillDemoCatalog } from '../../scripts/demo/archive.ts'
import { makeDemoSurvey } from '../../scripts/demo-survey.ts'
import { faultsOf } from '../support/caom-order.ts'
import { type Rows, stores } from '../support/catalogs.ts'
import { tableRows } from '../support/tables.ts'

const NOW = Date.UTC(2027, 0, 10)
const NIGHTS = 4
const root = mkdtempSync(join(tmpdir(), 'demo-archive-'))
let catalog: Catalog
let rows: Rows

beforeAll(async () => {
  const folder = join(root, 'demo')
  await makeDemoSurvey(folder, { seed: 7, size: { detectorPx: 64, nights: NIGHTS, stars: 20 }, threads: 0 })
  ;({ catalog, rows } = await stores[0].openAndRead())
  const truth = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8'))
  await fillDemoCatalog({ catalog, authority: 'skyedge.example', folder }, truth)
})
afterAll(async () => {
  await catalog.close()
  rmSync(root, { recursive: true })
})

const read = (table: string, where?: string) => tableRows({ rows, dialect: 'sqlite', nowMs: NOW }, table, where)

describe('the demo archive', () => {
  it('lists its release, detectors, calibrations, and every visit but the one under embargo', async () => {
    expect(await read('survey.release')).toMatchObject([{ release: 'dr1', status: 'current' }])
    expect((await read('survey.detector', 'ORDER BY detector')).map(({ raft }) => raft)).toEqual([
      'R00',
      'R00',
      'R01',
      'R01',
    ])
    expect((await read('survey.calibration_product')).map(({ kind }) => kind)).toEqual(Array(4).fill('defects'))
    const visits = (await read('survey.visit', 'ORDER BY visit')).map(({ visit }) => visit)
    expect(visits).toEqual(Array.from({ length: 3 * NIGHTS - 1 }, (_, i) => i + 1))
    const conditions = await read('survey.exposure_conditions', 'ORDER BY visit')
    expect(conditions.map(({ visit }) => visit)).toEqual(visits)
    for (const { sky_brightness, air_temperature } of conditions) {
      expect(sky_brightness).toBeGreaterThan(20)
      expect(sky_brightness).toBeLessThan(25)
      expect(air_temperature).toBeGreaterThan(0)
    }
  })

  it('says of its coadds how deep they are and which visits made them', async () => {
    const coadds = await read('survey.coadd')
    expect(coadds.length).toBe(12)
    for (const { depth, num_inputs } of coadds) {
      expect(depth).toBeGreaterThan(21)
      expect(depth).toBeLessThan(26)
      expect(num_inputs).toBe(NIGHTS)
    }
    const inputs = await read('survey.coadd_input', `WHERE patch = '0' AND band = 'r'`)
    expect(new Set(inputs.map(({ visit }) => visit)).size).toBe(NIGHTS)
    for (const { weight } of inputs) expect(weight).toBeGreaterThan(0)
  })

  it('maps every product from CAOM to the row of ivoa.ObsCore', async () => {
    const may = mayBeSeenBy({ scopes: [], groups: [], dataRights: [] }, NOW)
    const table = await read('ivoa.ObsCore')
    expect(table.length).toBe((3 * NIGHTS - 1) * 4 + 5 * 4 + 12)
    const names = new Set(table.map((row) => `${row.obs_collection}/${row.obs_id}`))
    const byDid = new Map(table.map((row) => [row.obs_publisher_did, row]))
    let planes = 0
    for (const name of names) {
      const [collection, obsId] = name.split('/')
      const found = await observation(catalog, collection, obsId, may)
      if (!found) throw new Error(`${name} is not found`)
      expect(faultsOf(observationXml(found))).toEqual([])
      for (const plane of found.planes) {
        expect(byDid.get(plane.publisherId)).toMatchObject(obscoreRow(found, plane))
        planes++
      }
    }
    expect(planes).toBe(table.length)
  })

  it('fills what ObsCore asks for', async () => {
    const [row] = await read('ivoa.ObsCore', `WHERE dataproduct_subtype = 'calexp' AND lsst_visit = 2`)
    const { obs_creation_date, s_region, ...rest } = row
    expect(obs_creation_date).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/)
    expect(s_region).toMatch(/^POLYGON ICRS (-?\d+(\.\d+)? ?){8,}$/)
    expect(rest).toMatchObject({
      dataproduct_type: 'image',
      calib_level: 2,
      obs_collection: 'demo.calexp',
      obs_id: 'DC_00002',
      access_url: 'https://sky.example/datalink/links?ID=ivo://skyedge.example/dr1?demo.calexp-00002-0-r',
      access_format: 'application/x-votable+xml;content=datalink',
      t_xel: 1,
      em_xel: 1,
      pol_xel: 0,
      pol_states: null,
      o_ucd: 'phot.flux.density',
      o_unit: 'nJy',
      t_exptime: 30,
      t_resolution: 30,
      data_rights: 'public',
      obs_release_date: '2025-06-30T12:00:00',
      publisher_id: 'ivo://skyedge.example',
      obs_title: 'calexp - r - visit 2, detector 0',
      lsst_band: 'r',
      lsst_filter: 'r_demo',
      lsst_raft: 'R00',
      lsst_image_type: 'science',
      s_ucd: 'pos.eq',
    })
    expect(row.em_res_power).toBeCloseTo(4.47, 2)
    expect(row.access_estsize).toBeGreaterThan(10)
  })
})
