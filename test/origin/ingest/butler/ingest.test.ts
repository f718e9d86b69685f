// Real repositories, made by lsst-daf-butler, against what lsst-dax-obscore exports of them: every column equal, or the
// difference named here with its reason. The registry is once SQLite and once PostgreSQL.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ANONYMOUS } from '#src/rights'
import { openSqliteCatalog } from '../../../../origin/catalog/sqlite/sqlite-catalog.ts'
import type { Catalog, Product } from '../../../../origin/catalog/store.ts'
import { CATALOG_TABLES, catalogBindings } from '../../../../origin/catalog/tables/bindings.ts'
import { type ButlerOptions, ingestButler } from '../../../../origin/ingest/butler/ingest.ts'
import { parseMapping } from '../../../../origin/ingest/mapping.ts'
import { ingestSource } from '../../../../origin/ingest/source.ts'
import { watchSource } from '../../../../origin/ingest/watch.ts'
import { ORACLES, oracles, postgres } from '../../../support/optional.ts'
import { freshDatabase, type TestDatabase } from '../../../support/postgres.ts'

const SCRIPT = resolve(import.meta.dirname, '../../../reference/butler_repo.py')
const butler = oracles('lsst.daf.butler', 'lsst.dax.obscore')
const driver = oracles('psycopg2')
const database = postgres()
const server = driver.found ? database : driver
type Row = Record<string, string | number | null>

interface Made {
  readonly folder: string
  readonly rows: readonly Row[]
  readonly facts: { ids: Record<string, string>; lost: string; withdrawn: string }
}

const all = mkdtempSync(join(tmpdir(), 'skyedge-butler-'))
const ends: (() => unknown)[] = [() => rmSync(all, { recursive: true, force: true })]
afterAll(async () => {
  for (const end of ends.reverse()) await end()
})

function make(name: string, ...more: string[]): Made {
  const folder = join(all, name)
  const { status, stderr } = spawnSync(ORACLES, [SCRIPT, folder, ...more], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`butler_repo.py ended with ${status}: ${stderr.slice(-2000)}`)
  const json = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'))
  return { folder, rows: json('rows.json'), facts: json('facts.json') }
}

let catalogs = 0
function freshCatalog(): { catalog: Catalog; path: string } {
  const path = join(all, `catalog-${++catalogs}.sqlite`)
  const catalog = openSqliteCatalog(path)
  ends.push(() => catalog.close())
  return { catalog, path }
}

const optionsFor = ({ folder }: Made, catalog: Catalog, more: Partial<ButlerOptions> = {}): ButlerOptions => ({
  folder: join(folder, 'repo'),
  collection: 'test.butler',
  release: 'dr1',
  authority: 'skyedge.example',
  rights: { access: 'public', release: 'dr1' },
  catalog,
  butlerCollections: ['test/all'],
  allowFiles: [join(folder, 'raw')],
  ...more,
})

/** Rows of ivoa.ObsCore as a query sees them, by publisher DID. */
function obscoreOf(path: string, table = 'ObsCore'): Row[] {
  const db = new DatabaseSync(path, { readOnly: true })
  const definition = CATALOG_TABLES.flatMap(({ tables }) => tables).find(({ name }) => name === table)!
  const common = {
    principal: ANONYMOUS,
    nowMs: Date.UTC(2026, 0, 1),
    base: 'https://example.org',
    authority: 'skyedge.example',
  }
  const columns = definition.columns.map(({ name }) => name)
  const { text, params } = catalogBindings({ dialect: 'sqlite', ...common })
    .table(definition)
    .from(columns)
  const rows = db.prepare(`SELECT * FROM ${text} AS x`).all(...params) as Row[]
  db.close()
  return rows
}

/** Columns of dax_obscore whose values differ from ours by design, and how ours follows from theirs. */
const DIFFERENCES: Record<string, { reason: string; agrees(ours: Row, theirs: Row): boolean }> = {
  em_filter_name: {
    reason: 'not a column of ObsCore; the band is lsst_band',
    agrees: (ours, theirs) => ours.lsst_band === theirs.em_filter_name,
  },
  lsst_patch: {
    reason: 'text with us, as other sky maps name their patches "3,4"',
    agrees: (ours, theirs) => ours.lsst_patch === (theirs.lsst_patch === null ? null : String(theirs.lsst_patch)),
  },
  s_region: {
    reason: 'ten decimals of a degree, theirs six (3.6 milliarcseconds)',
    agrees: (ours, theirs) => {
      const [a, b] = [ours, theirs].map(({ s_region }) => String(s_region).split(' '))
      return (
        a.length === b.length &&
        a.every((word, i) => word === b[i] || Math.abs(Number(word) - Number(b[i])) <= 5.001e-7)
      )
    },
  },
  t_resolution: {
    reason: 'the exposure time, as the standard has it; theirs is empty',
    agrees: (ours, theirs) => theirs.t_resolution === null && ours.t_resolution === ours.t_exptime,
  },
  em_res_power: {
    reason: 'the passband over its width; theirs is empty',
    agrees: (ours, theirs) => theirs.em_res_power === null && (ours.em_res_power as number) > 1,
  },
  t_xel: { reason: '1 or as many as there are; theirs is empty', agrees: (_, theirs) => theirs.t_xel === null },
  em_xel: { reason: '1 or as many as there are; theirs is empty', agrees: (_, theirs) => theirs.em_xel === null },
  access_url: {
    reason: 'escapes only what a query may not hold; read as addresses they are the same',
    agrees: (ours, theirs) => {
      const [a, b] = [ours, theirs].map(({ access_url }) => new URL(access_url as string))
      return a.origin + a.pathname === b.origin + b.pathname && `${a.searchParams}` === `${b.searchParams}`
    },
  },
  pol_xel: { reason: 'none was measured: 0; theirs is empty', agrees: (_, theirs) => theirs.pol_xel === null },
}
/** Absolute: degrees of position and days; the two compute the same in another order. */
const TOLERANCE: Record<string, number> = { s_ra: 1e-9, s_dec: 1e-9, s_fov: 1e-9, t_min: 1e-10, t_max: 1e-10 }

function apart(column: string, ours: Row, theirs: Row): number {
  const difference = Math.abs((ours[column] as number) - (theirs[column] as number))
  return column === 's_ra' ? difference * Math.cos(((theirs.s_dec as number) * Math.PI) / 180) : difference
}

/** What differs, as sentences. */
function differences(ours: readonly Row[], theirs: readonly Row[]): string[] {
  const found: string[] = []
  const byDid = new Map(ours.map((row) => [row.obs_publisher_did, row]))
  for (const their of theirs) {
    const our = byDid.get(their.obs_publisher_did)
    if (!our) {
      found.push(`missing ${their.obs_publisher_did}`)
      continue
    }
    for (const [column, value] of Object.entries(their)) {
      const named = DIFFERENCES[column]
      const near = column in TOLERANCE && apart(column, our, their) <= TOLERANCE[column]
      const equal = named ? named.agrees(our, their) : our[column] === value || near
      if (!equal) found.push(`${column} of ${their.dataproduct_subtype}: ours ${our[column]}, theirs ${value}`)
    }
  }
  return found
}

describe.skipIf(!butler.found)(butler.says('a Butler repository'), () => {
  let made: Made
  let catalog: Catalog
  let path: string
  beforeAll(async () => {
    made = make('sqlite')
    ;({ catalog, path } = freshCatalog())
  }, 120_000)

  it('is taken dataset by dataset; what is lost or withdrawn is named, other types are counted', async () => {
    const report = await ingestButler(optionsFor(made, catalog))
    expect(report).toMatchObject({ taken: made.rows.length - 2, updated: 0, unchanged: 0 })
    const { lost, withdrawn, ids } = made.facts
    const bias = Object.entries(ids).find(([key]) => /^raw-.*00002/.test(key))![1]
    expect(Object.fromEntries(report.refused.map(({ name, reason }) => [name.split(' ').at(-1), reason]))).toEqual({
      [lost]: 'its file is missing',
      [withdrawn]: 'withdrawn: no datastore holds it any more',
      [bias]: 'is of the type bias, which has no place on the sky',
    })
    expect(report.notes.map(({ name, reason }) => `${name}: ${reason.split(' are')[0]}`)).toEqual([
      'bias: 4 datasets of this type',
      'flat: 2 datasets of this type',
      'src: 1 datasets of this type',
    ])
  })

  it('gives the rows that dax_obscore exports, column by column', () => {
    const expected = made.rows.filter(
      ({ obs_publisher_did: did }) => ![made.facts.lost, made.facts.withdrawn].includes(String(did).split('?')[1]),
    )
    const ours = obscoreOf(path)
    expect(ours.length).toBe(expected.length)
    expect(differences(ours, expected)).toEqual([])
    // The comparison sees what it should: one changed value is found.
    const changed = expected.map((row, i) => (i === 0 ? { ...row, obs_title: 'other' } : row))
    expect(differences(ours, changed)).toHaveLength(1)
  })

  it('is unchanged when it is taken again', async () => {
    const report = await ingestButler(optionsFor(made, catalog))
    expect(report).toMatchObject({ taken: 0, updated: 0, unchanged: made.rows.length - 2, vanished: [] })
  })

  it('gives visits, detectors and certified calibrations beside its images', () => {
    const visits = obscoreOf(path, 'visit')
    expect(visits.map(({ visit }) => visit)).toEqual([2025110300012, 2025110300013, 2025110300014])
    expect(visits[0]).toMatchObject({ image_type: 'science', s_ra: 150.1, s_dec: 2.2, band: 'r', sequence: 12 })
    expect(visits[0].airmass).toBeCloseTo(1 / Math.cos((30.25 * Math.PI) / 180), 12)
    expect(obscoreOf(path, 'detector').map(({ raft }) => raft)).toEqual(['R22', 'R22', 'R01'])
    const calibrations = obscoreOf(path, 'calibration_product')
    expect(calibrations.map((row) => [row.kind, row.valid_from === null, row.valid_to === null]).sort()).toEqual(
      [
        ['bias', true, false],
        ['bias', true, false],
        ['bias', false, true],
        ['bias', false, true],
        ['flat', false, false],
        ['flat', false, false],
      ].sort(),
    )
  })

  it('says from the lineage in the files which visits made a coadd', async () => {
    const inputs = obscoreOf(path, 'coadd_input')
    // Two patches, four kinds of coadd, two detectors of one visit each.
    expect(inputs).toHaveLength(16)
    expect(new Set(inputs.map(({ visit, detector }) => `${visit} ${detector}`))).toEqual(
      new Set(['2025110300012 0', '2025110300012 1']),
    )
    const coadd = (await catalog.productsIn('test.butler')).find(
      ({ dataproductSubtype }) => dataproductSubtype === 'lsst.deep_coadd',
    )!
    expect(coadd).toMatchObject({ numInputs: 1, instrument: '', patch: '0' })
    expect(coadd.inputs).toHaveLength(2)
    // One of the two was processed again since: what was used is named, and no longer among the products.
    const found = await Promise.all(coadd.inputs!.map((input) => catalog.product(input)))
    expect(found.map((product) => product?.dataproductSubtype)).toEqual([undefined, 'lsst.visit_image'])
  })

  it('takes the first dataset of a data id in the order of the search, or every one of every run', async () => {
    const ids = async (more: Partial<ButlerOptions>) => {
      const { catalog: own } = freshCatalog()
      await ingestButler(optionsFor(made, own, more))
      return (await own.productsIn('test.butler')).map(({ productId }) => productId)
    }
    const { ids: named } = made.facts
    const [again, first] = [
      named['visit_image-again'],
      Object.entries(named).find(([key]) => key === 'visit_image-2025110300012-0')?.[1],
    ]
    expect(await ids({ butlerCollections: ['test/tagged'] })).toEqual([again])
    const inner = await ids({ butlerCollections: ['test/inner'] })
    expect([inner.includes(again), inner.includes(first!)]).toEqual([true, false])
    const reversed = await ids({ butlerCollections: ['test/run1', 'test/run2'] })
    expect([reversed.includes(again), reversed.includes(first!)]).toEqual([false, true])
    const everything = await ids({ butlerCollections: undefined })
    expect([everything.includes(again), everything.includes(first!)]).toEqual([true, true])
    await expect(ids({ butlerCollections: ['no/such'] })).rejects.toThrow('no collection "no/such"')
  })

  it('reads no file outside of its root unless that folder was allowed', async () => {
    const { catalog: own } = freshCatalog()
    const report = await ingestButler(optionsFor(made, own, { allowFiles: [] }))
    const outside = report.refused.filter(({ reason }) => reason.includes('--allow-files'))
    expect(outside.length).toBe(7)
    expect(outside.every(({ name }) => name.startsWith('raw '))).toBe(true)
    expect(JSON.stringify(report)).not.toContain(all)
  })

  it('follows the rules of a mapping', async () => {
    const { catalog: own } = freshCatalog()
    const mapping = parseMapping({
      butler: {
        facility: 'Elsewhere',
        spectralRanges: { r_57: [5e-7, 6e-7] },
        datasetTypes: { raw: false, calexp: { title: '{band}/{nothing}', subtype: 'mine' }, bias: { calibLevel: 1 } },
      },
    })
    const report = await ingestButler(optionsFor(made, own, { mapping }))
    const products = await own.productsIn('test.butler')
    const mine = products.find(({ dataproductSubtype }) => dataproductSubtype === 'mine') as Product
    expect(mine).toMatchObject({ facility: 'Elsewhere', calibLevel: 2, emMinM: 5e-7 })
    expect(mine.title).toBe(undefined)
    expect(products.some(({ dataproductSubtype }) => dataproductSubtype === 'lsst.raw')).toBe(false)
    expect(report.notes.map(({ name }) => name)).toContain('raw')
  })

  it('names what is gone, and removes it when asked', async () => {
    const products = await catalog.productsIn('test.butler')
    const file = await catalog.file(products.find(({ tract }) => tract !== undefined)!.planes[0].fileId)
    renameSync(file!.path, `${file!.path}.away`)
    const kept = await ingestButler(optionsFor(made, catalog))
    expect([kept.vanished.length, kept.removed]).toEqual([1, 0])
    const pruned = await ingestButler(optionsFor(made, catalog, { prune: true }))
    expect([pruned.vanished.length, pruned.removed]).toEqual([1, 1])
    renameSync(`${file!.path}.away`, file!.path)
    expect(await ingestButler(optionsFor(made, catalog))).toMatchObject({ taken: 1, vanished: [] })
  })

  it('may also come as the table that dax_obscore exports, in each of its forms', async () => {
    for (const name of ['obscore.parquet', 'obscore.csv', 'obscore.vot']) {
      const { catalog: own, path: ownPath } = freshCatalog()
      const report = await ingestSource({ ...optionsFor(made, own), folder: join(made.folder, name) })
      expect([name, report.taken, report.refused]).toEqual([name, made.rows.length, []])
      const ours = obscoreOf(ownPath)
      expect(ours.length).toBe(made.rows.length)
      // The address is our own links'; the one of the table is what they lead to.
      expect(differences(ours, made.rows).filter((line) => !/^(access_url|s_region) of/.test(line))).toEqual([])
    }
  })

  it('may keep its collections by name, as older ones do', async () => {
    const older = make('older', '--collections-by-name')
    const { catalog: own, path: ownPath } = freshCatalog()
    expect(await ingestButler(optionsFor(older, own))).toMatchObject({ taken: older.rows.length - 2 })
    const ours = obscoreOf(ownPath)
    const expected = older.rows.filter(({ obs_publisher_did: did }) =>
      ours.some((row) => row.obs_publisher_did === did),
    )
    expect([ours.length, differences(ours, expected)]).toEqual([older.rows.length - 2, []])
    expect(obscoreOf(ownPath, 'calibration_product')).toHaveLength(6)
  }, 120_000)

  it('is followed: a dataset that leaves or comes back is seen, by the registry alone', async () => {
    const { catalog: own } = freshCatalog()
    const stop = new AbortController()
    const reports: { taken: number; withdrawn: number }[] = []
    const ended = watchSource({
      ...optionsFor(made, own),
      signal: stop.signal,
      pollMs: 100,
      settleMs: 100,
      onReport: ({ taken, refused }) =>
        reports.push({ taken, withdrawn: refused.filter(({ reason }) => reason.startsWith('withdrawn')).length }),
      onProblem: () => undefined,
    })
    const count = made.rows.length - 2
    await expect.poll(() => reports, { timeout: 30_000 }).toEqual([{ taken: count, withdrawn: 1 }])
    const db = new DatabaseSync(join(made.folder, 'repo/gen3.sqlite3'))
    const row = db
      .prepare('SELECT * FROM dataset_location WHERE dataset_id = ?')
      .get(made.facts.ids['visit_image-again'].replaceAll('-', ''))!
    db.prepare('DELETE FROM dataset_location WHERE dataset_id = ?').run(row.dataset_id)
    await expect.poll(() => reports.at(-1), { timeout: 30_000 }).toEqual({ taken: 0, withdrawn: 2 })
    db.prepare('INSERT INTO dataset_location (datastore_name, dataset_id) VALUES (?, ?)').run(
      row.datastore_name,
      row.dataset_id,
    )
    db.close()
    await expect.poll(() => reports.at(-1), { timeout: 30_000 }).toEqual({ taken: 0, withdrawn: 1 })
    expect(reports).toHaveLength(3)
    stop.abort()
    await ended
  }, 120_000)

  it('is refused in one sentence where its registry is damaged', async () => {
    const { catalog: own } = freshCatalog()
    const broken = join(all, 'broken')
    const attempt = async (bytes: Uint8Array | string) => {
      rmSync(broken, { recursive: true, force: true })
      const { mkdirSync } = await import('node:fs')
      mkdirSync(join(broken, 'repo'), { recursive: true })
      writeFileSync(join(broken, 'repo/butler.yaml'), readFileSync(join(made.folder, 'repo/butler.yaml')))
      writeFileSync(join(broken, 'repo/gen3.sqlite3'), bytes)
      return ingestButler(optionsFor({ ...made, folder: broken }, own, { allowFiles: [] }))
    }
    const whole = readFileSync(join(made.folder, 'repo/gen3.sqlite3'))
    await expect(attempt('no database')).rejects.toThrow('the registry cannot be read')
    await expect(attempt(new Uint8Array(0))).rejects.toThrow('no table butler_attributes')
    await expect(attempt(whole.subarray(0, whole.length / 2))).rejects.toThrow('the registry cannot be read')
    const view = new DatabaseSync(join(broken, 'view.sqlite3'))
    view.exec(`CREATE TABLE butler_attributes (name, value); CREATE TABLE collection (x); CREATE TABLE dataset_type (x);
      CREATE VIEW dataset AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id FROM n`)
    view.close()
    await expect(attempt(readFileSync(join(broken, 'view.sqlite3')))).rejects.toThrow('it has no table dataset')
    // Damage in the middle of a table: refused, or read around; never anything else.
    for (let page = 5; page < 200; page += 13) {
      const bytes = Buffer.from(whole)
      bytes.fill(0xa5, page * 4096 + 100, page * 4096 + 600)
      await attempt(bytes).catch((error) =>
        expect(error).toMatchObject({ name: 'IngestError', code: 'bad-repository' }),
      )
    }
    rmSync(join(broken, 'repo/gen3.sqlite3'))
    await expect(ingestButler(optionsFor({ ...made, folder: broken }, own, { allowFiles: [] }))).rejects.toThrow(
      'ENOENT',
    )
    expect(existsSync(join(broken, 'repo/gen3.sqlite3'))).toBe(false)
  })
})

describe.skipIf(!butler.found || !server.found)(server.says(butler.says('a registry in PostgreSQL')), () => {
  let registry: TestDatabase
  beforeAll(async () => {
    registry = await freshDatabase()
    ends.push(() => registry.drop())
    await registry.query('CREATE EXTENSION btree_gist')
  }, 120_000)

  it('gives the same rows as dax_obscore, too', async () => {
    const url = new URL(registry.url)
    const made = make('postgres', '--registry', registry.url.replace(/^postgres:/, 'postgresql+psycopg2:'))
    expect(readFileSync(join(made.folder, 'repo/butler.yaml'), 'utf8')).toContain(url.host)
    const { catalog, path } = freshCatalog()
    const report = await ingestButler(optionsFor(made, catalog))
    expect(report).toMatchObject({ taken: made.rows.length - 2, unchanged: 0 })
    const ours = obscoreOf(path)
    const expected = made.rows.filter(({ obs_publisher_did: did }) => ours.some((row) => row.obs_publisher_did === did))
    expect(expected.length).toBe(made.rows.length - 2)
    expect(differences(ours, expected)).toEqual([])
    expect(obscoreOf(path, 'coadd_input')).toHaveLength(16)
    expect(obscoreOf(path, 'calibration_product')).toHaveLength(6)
    expect(obscoreOf(path, 'visit')).toHaveLength(3)
    expect(await ingestButler(optionsFor(made, catalog))).toMatchObject({ taken: 0, unchanged: made.rows.length - 2 })
  }, 120_000)
})
