// Datasets of one type with everything the registry's dimension records say of them, as rows of one statement. Joins are
// on the records' keys; columns that this universe does not have are left out. A search keeps the first of each data id.
// Times: nanoseconds since 1970 in TAI (daf_butler, AstropyTimeNsecTai); the timespan is two columns in SQLite and a
// range in PostgreSQL.

import type { ButlerCollection, Collections } from './collections.ts'
import type { Datastore } from './config.ts'
import {
  bigintOf,
  broken,
  identifier,
  numberOf,
  type RegistryReader,
  type RegistryRow,
  textOf,
  uuidOf,
} from './registry.ts'
import type { DatasetType } from './schema.ts'

export interface DatasetFile {
  /** Relative to the datastore's root, or a URI. */
  readonly path: string
  readonly store: number
  /** Part of the dataset that the file holds; undefined: all of it. */
  readonly component?: string
}

export interface Dataset {
  readonly id: string
  readonly type: DatasetType
  readonly run?: string
  readonly files: readonly DatasetFile[]
  /** False where it was withdrawn: known to the registry, held by no datastore. */
  readonly located: boolean
  readonly instrument?: string
  readonly exposure?: number
  readonly visit?: number
  readonly visitName?: string
  /** `exposure.obs_id`. */
  readonly obsId?: string
  readonly detector?: number
  readonly detectorName?: string
  readonly raft?: string
  readonly physicalFilter?: string
  readonly band?: string
  readonly dayObs?: number
  readonly skymap?: string
  readonly tract?: number
  readonly patch?: number
  readonly targetName?: string
  readonly program?: string
  readonly imageType?: string
  readonly exptimeS?: number
  readonly beginNs?: bigint
  readonly endNs?: bigint
  /** In sphgeom's encoding. */
  readonly region?: string
}

export interface Shape {
  readonly registry: RegistryReader
  readonly collections: Collections
  readonly datastores: readonly Datastore[]
}

/** Record tables, their keys by dimension, and where their regions and times come from. */
export async function* datasetsOf(type: DatasetType, shape: Shape): AsyncGenerator<Dataset> {
  const sql = await statement(type, shape)
  let dataset: (Dataset & { files: DatasetFile[] }) | undefined
  for await (const row of shape.registry.rows(sql)) {
    const id = uuidOf(row.dataset_id)
    if (id === undefined) continue
    if (dataset && dataset.id !== id) yield dataset
    if (dataset?.id !== id) dataset = datasetOf(id, type, row)
    const path = textOf(row.path)
    if (path === undefined) continue
    const component = row.component === '__NULL_STRING__' ? undefined : textOf(row.component)
    dataset.files.push({ path, component, store: Number(row.store) })
  }
  if (dataset) yield dataset
}

function datasetOf(id: string, type: DatasetType, row: RegistryRow): Dataset & { files: DatasetFile[] } {
  const all = {
    id,
    type,
    files: [],
    located: Number(row.located) > 0,
    run: textOf(row.run),
    instrument: textOf(row.instrument),
    exposure: numberOf(row.exposure),
    visit: numberOf(row.visit),
    visitName: textOf(row.visit_name),
    obsId: textOf(row.obs_id),
    detector: numberOf(row.detector),
    detectorName: textOf(row.detector_name),
    raft: textOf(row.raft),
    physicalFilter: textOf(row.physical_filter),
    band: textOf(row.band),
    dayObs: numberOf(row.day_obs),
    skymap: textOf(row.skymap),
    tract: numberOf(row.tract),
    patch: numberOf(row.patch),
    targetName: textOf(row.target_name),
    program: textOf(row.program),
    imageType: textOf(row.image_type)?.toLowerCase(),
    exptimeS: numberOf(row.exptime),
    beginNs: bigintOf(row.begin_ns),
    endNs: bigintOf(row.end_ns),
    region: textOf(row.region),
  }
  return all
}

async function statement(type: DatasetType, { registry, collections, datastores }: Shape): Promise<string> {
  const has = new Set(type.dimensions)
  const selected: string[] = []
  const joins: string[] = []
  const records = new Map<string, ReadonlySet<string>>()
  const join = async (alias: string, table: string, on: string) => {
    const columns = await registry.columns(table)
    if (!columns) return
    records.set(alias, columns)
    joins.push(`LEFT JOIN ${identifier(table)} ${alias} ON ${on}`)
  }
  const own = (name: string) => (has.has(name) ? [`t.${identifier(name)}`] : [])
  const of = (alias: string, column: string) =>
    records.get(alias)?.has(column) ? [`${alias}.${identifier(column)}`] : []
  const select = (name: string, ...candidates: readonly string[][]) => {
    const found = candidates.flat()
    selected.push(`${found.length > 1 ? `COALESCE(${found.join(', ')})` : (found[0] ?? 'NULL')} AS ${name}`)
  }
  const time = (end: 'begin' | 'end', alias: string) => {
    if (records.get(alias)?.has('timespan')) return [`${end === 'begin' ? 'lower' : 'upper'}(${alias}.timespan)`]
    return of(alias, `timespan_${end}`)
  }

  if (has.has('exposure')) await join('e', 'exposure', 'e.instrument = t.instrument AND e.id = t.exposure')
  if (has.has('visit')) await join('v', 'visit', 'v.instrument = t.instrument AND v.id = t.visit')
  // An exposure's region is that of the visit it belongs to: of the first, where several systems group it.
  const firstVisit = `(SELECT min(d.visit) FROM visit_definition d WHERE d.instrument = t.instrument AND d.exposure = t.exposure)`
  const grouped = has.has('exposure') && !has.has('visit') && (await registry.columns('visit_definition')) !== undefined
  const visit = has.has('visit') ? 't.visit' : grouped ? firstVisit : undefined
  if (has.has('detector')) await join('d', 'detector', 'd.instrument = t.instrument AND d.id = t.detector')
  if (visit !== undefined && has.has('detector'))
    await join(
      'g',
      'visit_detector_region',
      `g.instrument = t.instrument AND g.detector = t.detector AND g.visit = ${visit}`,
    )
  else if (grouped) await join('v', 'visit', `v.instrument = t.instrument AND v.id = ${visit}`)
  if (has.has('tract')) await join('tr', 'tract', 'tr.skymap = t.skymap AND tr.id = t.tract')
  if (has.has('patch')) await join('p', 'patch', 'p.skymap = t.skymap AND p.tract = t.tract AND p.id = t.patch')
  const filter = [...own('physical_filter'), ...of('e', 'physical_filter'), ...of('v', 'physical_filter')][0]
  if (filter !== undefined && has.has('instrument'))
    await join('f', 'physical_filter', `f.instrument = t.instrument AND f.name = ${filter}`)

  for (const name of ['instrument', 'exposure', 'visit', 'detector', 'skymap', 'tract', 'patch'])
    select(name, own(name))
  select('visit_name', has.has('visit') ? of('v', 'name') : [])
  select('obs_id', of('e', 'obs_id'))
  select('detector_name', of('d', 'full_name'))
  select('raft', of('d', 'raft'))
  select('physical_filter', filter === undefined ? [] : [filter])
  select('band', own('band'), of('f', 'band'))
  select('day_obs', own('day_obs'), of('e', 'day_obs'), has.has('visit') ? of('v', 'day_obs') : [])
  const pick = (column: string) => [of('e', column), has.has('visit') && !has.has('exposure') ? of('v', column) : []]
  select('target_name', ...pick('target_name'))
  select('program', ...pick('science_program'))
  select('image_type', of('e', 'observation_type'))
  select('exptime', ...pick('exposure_time'))
  for (const end of ['begin', 'end'] as const)
    select(`${end}_ns`, time(end, 'e'), has.has('visit') && !has.has('exposure') ? time(end, 'v') : [])
  select(
    'region',
    of('g', 'region').concat(records.has('g') ? [] : of('v', 'region')),
    of('p', 'region'),
    has.has('patch') ? [] : of('tr', 'region'),
  )
  return `WITH ranks(id, rank) AS (${ranksOf(collections)})
    SELECT t.dataset_id, c.name AS run, ${selected.join(', ')}, r.path, r.component, r.store,
      (SELECT count(*) FROM dataset_location l WHERE l.dataset_id = t.dataset_id) AS located
    FROM ${identifier(type.tags)} t JOIN ranks k ON k.id = t.${collections.column}
      JOIN dataset s ON s.id = t.dataset_id
      JOIN collection c ON c.${collections.column === 'collection_id' ? 'collection_id' : 'name'} = s.${collections.runColumn}
      ${joins.join('\n      ')}
      LEFT JOIN ${await recordsOf(datastores, registry)} r ON r.dataset_id = t.dataset_id
    WHERE t.dataset_type_id = ${type.id} ${collections.search ? `AND ${isFirst(type, collections)}` : ''}
    ORDER BY t.dataset_id, r.component, r.store`
}

const rankRow = ({ key }: ButlerCollection, rank: number) => `(${key}, ${rank})`

/** Each collection that is searched, with its place in the order. */
function ranksOf({ search, column }: Collections): string {
  const key = column === 'collection_id' ? 'collection_id' : 'name'
  if (search && search.length > 0) return `VALUES ${search.map(rankRow).join(', ')}`
  return `SELECT ${key}, 0 FROM collection WHERE ${search ? '1 = 0' : 'type = 1'}`
}

/** No dataset of the same data id stands in a collection before this one's. */
function isFirst({ tags, dimensions }: DatasetType, { column }: Collections): string {
  const same = dimensions.map((name) => `o.${identifier(name)} = t.${identifier(name)}`)
  return `NOT EXISTS (SELECT 1 FROM ${identifier(tags)} o JOIN ranks q ON q.id = o.${column}
    WHERE ${['o.dataset_type_id = t.dataset_type_id', ...same].join(' AND ')} AND q.rank < k.rank)`
}

/** The files of all datastores as one table. */
async function recordsOf(datastores: readonly Datastore[], registry: RegistryReader): Promise<string> {
  const tables: string[] = []
  for (const [store, { table }] of datastores.entries())
    if (await registry.columns(table))
      tables.push(`SELECT dataset_id, path, component, ${store} AS store FROM ${identifier(table)}`)
  if (tables.length === 0) throw broken('it has none of the tables of files that butler.yaml names')
  return `(${tables.join(' UNION ALL ')})`
}
