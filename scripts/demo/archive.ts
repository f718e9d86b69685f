// From the simulated survey's files to an archive: catalogue, rights, truth, and maps. Done once: `complete.json` in
// the survey's folder is written last, and what an interrupted run left is taken up where it stands.

import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { publisherDid } from '#src/obscore'
import type { ProductRights } from '#src/rights'
import type { Catalog, TruthRow } from '../../origin/catalog/store.ts'
import type { CoaddInputRecord } from '../../origin/catalog/survey.ts'
import { buildMap } from '../../origin/hips/build.ts'
import { buildColourMap } from '../../origin/hips/colour.ts'
import { writeWhole } from '../../origin/hips/tile-files.ts'
import { ingestFolder } from '../../origin/ingest/ingest.ts'
import { makePlan, type SurveySize } from './plan.ts'
import { amendDemo, putDemoSurvey } from './survey-records.ts'

const DEMO_RELEASE = 'dr1'
const DEMO_BANDS = ['g', 'r', 'i'] as const
/** 0.8 arcsec per pixel under coadds of 1.2; everybody sees them at 3.2. */
const DEMO_ORDER = 9
const DEMO_PUBLIC_ORDER = 7
const DEMO_TEAM = 'demo-team'
/** The last visit's. Far enough for a demo. */
const EMBARGO_UNTIL_MS = Date.UTC(2031, 0, 1)
/** Another version makes everything anew from the files. */
const VERSION = 2

export interface DemoWorld {
  readonly catalog: Catalog
  readonly dataFolder: string
  readonly authority: string
  /** Where the survey was written: `truth.json` stands there. */
  readonly folder: string
  readonly nowMs: number
  readonly threads?: number
  /** `what` is a step's name: "catalogue", then the names of the maps. */
  readonly onProgress?: (what: string, done: number, total: number) => void
}

export interface DemoArchive {
  readonly version: number
  readonly seed: number
  readonly products: number
  readonly maps: readonly string[]
}

interface Truth {
  readonly seed: number
  readonly size: SurveySize
  readonly embargoedVisit: number
  readonly stars: readonly Placed[]
  readonly galaxies: readonly Placed[]
  readonly variable: Placed
  readonly supernova: Placed
  readonly mover: { readonly epochs: readonly Placed[] }
}
interface Placed {
  readonly raDeg: number
  readonly decDeg: number
  readonly id?: number
  readonly name?: string
}

/** Makes what is not there yet; what there was, when nothing had to be done. */
export async function makeDemoArchive(world: DemoWorld): Promise<DemoArchive> {
  const { folder, catalog } = world
  const truth = JSON.parse(await readFile(join(folder, 'truth.json'), 'utf8')) as Truth
  const marker = join(folder, 'complete.json')
  const before = await readFile(marker, 'utf8').then(
    (text) => JSON.parse(text) as DemoArchive,
    () => undefined,
  )
  const same = before?.version === VERSION && before.seed === truth.seed
  if (same && (await missingMaps(catalog)).length === 0) return before
  await rm(marker, { force: true })

  const products = await fillDemoCatalog(world, truth)
  await catalog.putTruth(DEMO_RELEASE, truthRows(truth))
  await makeMaps(world, before !== undefined && !same)
  const archive = { version: VERSION, seed: truth.seed, products, maps: mapNames() }
  writeWhole(marker, JSON.stringify(archive))
  return archive
}

const mapOf = (name: string) => `demo/${DEMO_RELEASE}/${name}`
const mapNames = () => [...DEMO_BANDS, 'color'].map(mapOf)
async function missingMaps(catalog: Catalog): Promise<string[]> {
  const there = new Set((await catalog.maps()).map(({ map }) => map))
  return mapNames().filter((map) => !there.has(map))
}

interface Part {
  readonly folder: string
  readonly collection: string
  readonly rights: ProductRights
}

/** Exposures visit by visit, as one of them has other rights than the rest. */
async function partsOf(
  { folder }: Pick<DemoWorld, 'folder'>,
  { embargoedVisit }: Pick<Truth, 'embargoedVisit'>,
): Promise<Part[]> {
  const open: ProductRights = { access: 'public', release: DEMO_RELEASE }
  const parts: Part[] = []
  for (const kind of ['calexp', 'calexp_comp'])
    for (const visit of (await readdir(join(folder, kind))).sort())
      parts.push({
        folder: join(folder, kind, visit),
        collection: `demo.${kind}`,
        rights: Number(visit) === embargoedVisit ? { ...open, embargoUntilMs: EMBARGO_UNTIL_MS } : open,
      })
  parts.push({ folder: join(folder, 'coadd'), collection: 'demo.coadd', rights: open })
  const team: ProductRights = { access: 'level3', release: DEMO_RELEASE, groups: [DEMO_TEAM] }
  parts.push({ folder: join(folder, 'level3'), collection: 'demo.level3', rights: team })
  return parts
}

/** The catalogue alone, without truth and maps. */
export async function fillDemoCatalog(
  world: Pick<DemoWorld, 'catalog' | 'authority' | 'folder' | 'onProgress'>,
  truth: Pick<Truth, 'seed' | 'size' | 'embargoedVisit'>,
): Promise<number> {
  const { catalog, authority, onProgress } = world
  const parts = await partsOf(world, truth)
  const plan = makePlan(truth.seed, truth.size)
  const bandOf = new Map(plan.visits.map(({ visit, band }) => [visit, band]))
  const inputs: CoaddInputRecord[] = []
  const amend = amendDemo(inputs, (visit, detector) => {
    const productId = `demo.calexp-${String(visit).padStart(5, '0')}-${detector}-${bandOf.get(visit)}`
    return publisherDid({ authority, release: DEMO_RELEASE, productId })
  })
  let products = 0
  for (const [i, part] of parts.entries()) {
    onProgress?.('catalogue', i, parts.length)
    const report = await ingestFolder({ ...part, release: DEMO_RELEASE, authority, catalog, amend })
    const refused = report.refused[0]
    if (refused) throw new Error(`the demo's ${refused.name} was refused: ${refused.reason}`)
    products += report.taken + report.updated + report.unchanged
  }
  await putDemoSurvey(catalog, { release: DEMO_RELEASE, seed: truth.seed, size: truth.size })
  await catalog.putSurvey({ coaddInputs: inputs })
  onProgress?.('catalogue', parts.length, parts.length)
  return products
}

async function makeMaps(world: DemoWorld, anew: boolean): Promise<void> {
  const { catalog, dataFolder, authority, nowMs, threads, onProgress } = world
  const missing = await missingMaps(catalog)
  const from = ['demo.coadd']
  const common = { from, threads, publicOrder: DEMO_PUBLIC_ORDER, creator: 'Skyedge demo survey' }
  const progressOn = (map: string) => (done: number, total: number) => onProgress?.(map, done, total)
  let bandsChanged = false
  for (const band of DEMO_BANDS) {
    const map = mapOf(band)
    if (!anew && !missing.includes(map)) continue
    bandsChanged = true
    const options = { ...common, map, band, order: DEMO_ORDER, title: `Skyedge demo survey ${band}` }
    await buildMap(options, { catalog, dataFolder, authority, nowMs, progress: progressOn(map) })
  }
  const map = mapOf('color')
  if (!anew && !bandsChanged && !missing.includes(map)) return
  const bands = DEMO_BANDS.map(mapOf) as [string, string, string]
  const options = { ...common, map, title: 'Skyedge demo survey colour (g, r, i)' }
  await buildColourMap(options, bands, { catalog, dataFolder, authority, nowMs, progress: progressOn(map) })
}

function truthRows(truth: Truth): TruthRow[] {
  const row = (kind: string, { raDeg, decDeg, id, name, ...values }: Placed, place = 0): TruthRow => ({
    release: DEMO_RELEASE,
    kind,
    name: name ?? `${kind}-${id ?? place + 1}`,
    raDeg,
    decDeg,
    values,
  })
  const { stars, galaxies, variable, supernova, mover } = truth
  return [
    ...stars.map((star, i) => row('star', star, i)),
    ...galaxies.map((galaxy, i) => row('galaxy', { ...galaxy, name: `galaxy-${galaxy.id ?? i + 1}` })),
    row('variable', variable),
    row('supernova', supernova),
    // A moving object stands where it was first seen; its path is in its values.
    row('moving', { ...mover, raDeg: mover.epochs[0].raDeg, decDeg: mover.epochs[0].decDeg }),
  ]
}
