// What a registry knows beside its images: visits and exposures, detectors, and the calibrations that were certified,
// with their ranges of validity. Only what belongs to datasets that were taken is passed on (detectors and calibrations:
// of their instruments).

import { radToDeg } from '#src/sky'
import type { ProductRights } from '../../catalog/store.ts'
import type { CalibrationRecord, DetectorRecord, SurveyChange, VisitRecord } from '../../catalog/survey.ts'
import { known } from '../known.ts'
import type { Collections } from './collections.ts'
import type { Dataset } from './datasets.ts'
import { bigintOf, identifier, numberOf, type RegistryReader, type RegistryRow, textOf, uuidOf } from './registry.ts'
import type { DatasetType } from './schema.ts'
import { decodeRegion } from './sphgeom.ts'
import { mjdUtc, unixMs } from './times.ts'

/** Which visits, exposures and instruments the datasets of an ingest were of. */
export class SeenDimensions {
  readonly instruments = new Set<string>()
  readonly visits = new Set<string>()
  readonly exposures = new Set<string>()

  add({ instrument, visit, exposure }: Pick<Dataset, 'instrument' | 'visit' | 'exposure'>): void {
    if (instrument === undefined) return
    this.instruments.add(instrument)
    if (visit !== undefined) this.visits.add(`${instrument} ${visit}`)
    if (exposure !== undefined) this.exposures.add(`${instrument} ${exposure}`)
  }
}

export interface SurveyOptions {
  readonly registry: RegistryReader
  readonly collections: Collections
  readonly types: readonly DatasetType[]
  readonly seen: SeenDimensions
  readonly release: string
  readonly rights: ProductRights
}

const BATCH = 1000

/** In parts that fit one transaction each. */
export async function* surveyOf(options: SurveyOptions): AsyncGenerator<SurveyChange> {
  yield* inBatches(detectors(options), (records) => ({ detectors: records }))
  yield* inBatches(visits(options), (records) => ({ visits: records }))
  yield* inBatches(calibrations(options), (records) => ({ calibrations: records }))
}

async function* inBatches<T>(
  records: AsyncIterable<T>,
  change: (records: T[]) => SurveyChange,
): AsyncGenerator<SurveyChange> {
  let batch: T[] = []
  for await (const record of records) {
    batch.push(record)
    if (batch.length < BATCH) continue
    yield change(batch)
    batch = []
  }
  if (batch.length > 0) yield change(batch)
}

async function* detectors({ registry, seen }: SurveyOptions): AsyncGenerator<DetectorRecord> {
  if (!(await registry.columns('detector'))) return
  for await (const row of registry.rows('SELECT * FROM detector ORDER BY instrument, id')) {
    const [instrument, detector] = [textOf(row.instrument), numberOf(row.id)]
    if (instrument === undefined || detector === undefined || !seen.instruments.has(instrument)) continue
    yield known({
      instrument,
      detector,
      name: textOf(row.full_name),
      raft: textOf(row.raft),
      purpose: textOf(row.purpose)?.toLowerCase(),
    })
  }
}

/** Visits, then exposures that are no visit of the same number (biases, darks, flats, what was never processed). */
async function* visits({ registry, seen, release }: SurveyOptions): AsyncGenerator<VisitRecord> {
  const [visit, exposure] = [await registry.columns('visit'), await registry.columns('exposure')]
  const done = new Set<string>()
  if (!(await registry.columns('physical_filter')) || !(await registry.columns('visit_definition'))) return
  const filter = `LEFT JOIN physical_filter f ON f.instrument = x.instrument AND f.name = x.physical_filter`
  const first = `LEFT JOIN exposure e ON e.instrument = x.instrument AND e.id =
      (SELECT min(d.exposure) FROM visit_definition d WHERE d.instrument = x.instrument AND d.visit = x.id)`
  if (visit && exposure) {
    const taken = ['obs_id', 'observation_type', 'tracking_ra', 'tracking_dec', 'sky_angle'].filter((name) =>
      exposure.has(name),
    )
    const sql = `SELECT x.*, f.band AS band, ${taken.map((name) => `e.${name} AS e_${name}`).join(', ')}
      FROM visit x ${filter} ${first} ORDER BY x.instrument, x.id`
    for await (const row of registry.rows(timed(sql, visit))) {
      const record = visitOf(row, release, 'e_')
      const key = record && `${record.instrument} ${record.visit}`
      if (!record || !(seen.visits.has(key!) || seen.exposures.has(key!))) continue
      done.add(key!)
      yield record
    }
  }
  if (!exposure) return
  const sql = `SELECT x.*, f.band AS band FROM exposure x ${filter} ORDER BY x.instrument, x.id`
  for await (const row of registry.rows(timed(sql, exposure))) {
    const record = visitOf(row, release, '')
    const key = record && `${record.instrument} ${record.visit}`
    if (record && seen.exposures.has(key!) && !done.has(key!)) yield record
  }
}

/** The ends of a timespan under one name in both databases. */
const timed = (sql: string, columns: ReadonlySet<string>) =>
  columns.has('timespan')
    ? sql.replace('SELECT x.*', 'SELECT x.*, lower(x.timespan) AS timespan_begin, upper(x.timespan) AS timespan_end')
    : sql

function visitOf(row: RegistryRow, release: string, prefix: string): VisitRecord | undefined {
  const [instrument, visit] = [textOf(row.instrument), numberOf(row.id)]
  if (instrument === undefined || visit === undefined) return undefined
  const region = textOf(row.region)
  const centre = region === undefined ? undefined : decodeRegion(region)?.centre
  const zenithDeg = numberOf(row.zenith_angle)
  return known({
    release,
    instrument,
    visit,
    obsId: textOf(row[`${prefix}obs_id`]) ?? textOf(row.name),
    imageType: textOf(row[`${prefix}observation_type`])?.toLowerCase() ?? 'science',
    dayObs: numberOf(row.day_obs),
    sequence: numberOf(row.seq_num),
    band: textOf(row.band),
    physicalFilter: textOf(row.physical_filter),
    targetName: textOf(row.target_name),
    program: textOf(row.science_program),
    raDeg: numberOf(row[`${prefix}tracking_ra`]) ?? (centre && radToDeg(centre.lonRad)),
    decDeg: numberOf(row[`${prefix}tracking_dec`]) ?? (centre && radToDeg(centre.latRad)),
    rotationDeg: numberOf(row[`${prefix}sky_angle`]),
    tMinMjd: mjdUtc(bigintOf(row.timespan_begin)),
    tMaxMjd: mjdUtc(bigintOf(row.timespan_end)),
    exptimeS: numberOf(row.exposure_time),
    airmass: airmassOf(zenithDeg),
  })
}

/** Plane-parallel: good to 1 % down to 75 degrees from the zenith, beyond which nothing is said. */
function airmassOf(zenithDeg: number | undefined): number | undefined {
  if (zenithDeg === undefined || !(zenithDeg >= 0 && zenithDeg <= 75)) return undefined
  return 1 / Math.cos((zenithDeg * Math.PI) / 180)
}

async function* calibrations(options: SurveyOptions): AsyncGenerator<CalibrationRecord> {
  const { registry, collections, types, seen, release, rights } = options
  if (collections.calibrations.length === 0) return
  const keys = collections.calibrations.map(({ key }) => key).join(', ')
  const names = new Map<string, number>()
  for (const { id, name, calibrations, dimensions } of types) {
    if (calibrations === undefined || !dimensions.includes('instrument')) continue
    const columns = await registry.columns(calibrations)
    if (!columns) continue
    const [begin, end] = columns.has('timespan')
      ? ['lower(k.timespan)', 'upper(k.timespan)']
      : ['k.timespan_begin', 'k.timespan_end']
    const optional = (column: string) => `${columns.has(column) ? `k.${column}` : 'NULL'} AS ${column}`
    const sql = `SELECT k.dataset_id, k.instrument, ${optional('detector')}, ${optional('physical_filter')},
        ${begin} AS begin_ns, ${end} AS end_ns, s.ingest_date
      FROM ${identifier(calibrations)} k JOIN dataset s ON s.id = k.dataset_id
      WHERE k.dataset_type_id = ${id} AND k.${collections.column} IN (${keys}) ORDER BY k.id`
    for await (const row of registry.rows(sql)) {
      const [dataset, instrument] = [uuidOf(row.dataset_id), textOf(row.instrument)]
      if (dataset === undefined || instrument === undefined || !seen.instruments.has(instrument)) continue
      // One dataset may be certified for several ranges.
      const times = (names.get(dataset) ?? 0) + 1
      names.set(dataset, times)
      yield known({
        release,
        calibrationId: times === 1 ? dataset : `${dataset}.${times}`,
        kind: name,
        instrument,
        detector: numberOf(row.detector),
        physicalFilter: textOf(row.physical_filter),
        validFromMjd: mjdUtc(bigintOf(row.begin_ns)),
        validToMjd: mjdUtc(bigintOf(row.end_ns)),
        createdMs: unixMs(bigintOf(row.ingest_date)),
        rights,
      })
    }
  }
}
