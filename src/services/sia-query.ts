// A SIA request as an ADQL query of ivoa.ObsCore (SIA 2.0 §2.1): values of a parameter joined by OR, parameters by AND. What is
// not known fulfils no condition, which SQL's NULL gives by itself; an interval without ends still asks that the value is known.
// Numbers are printed by us from doubles and strings quoted: no text of a request reaches the query as it came.

import { type Circle, formatNumber, type Interval, timestamp } from '#src/dali'
import { rangeRegions } from './range-regions.ts'
import type { SiaRequest } from './sia.ts'
import type { Position } from './sia-positions.ts'

export interface SiaQueryOptions {
  /** POS from uploaded tables. */
  readonly positions?: readonly Position[]
  /** The spelling in the table of an ID that is known; others are compared without regard to case. */
  readonly knownIds?: ReadonlyMap<string, string>
}

export function siaAdql(
  { values }: SiaRequest,
  { positions = [], knownIds = new Map() }: SiaQueryOptions = {},
): string {
  const shapes = [...values.POS, ...positions]
  const conditions = [
    // SIA 2.0 §2.1.14: only images and cubes are found here.
    equal('dataproduct_type', ['image', 'cube']),
    any(shapes.map(meetsShape)),
    any(values.BAND.map((band) => meets('em_min', 'em_max', band))),
    any(values.TIME.map((time) => meets('t_min', 't_max', time))),
    any(values.POL.map((state) => `pol_states LIKE ${quote(`%/${state}/%`)}`)),
    any(values.FOV.map((limits) => within('s_fov', limits))),
    any(values.SPATRES.map((limits) => within('s_resolution', limits))),
    any(values.SPECRP.map((limits) => within('em_res_power', limits))),
    any(values.EXPTIME.map((limits) => within('t_exptime', limits))),
    any(values.TIMERES.map((limits) => within('t_resolution', limits))),
    identified(values.ID, knownIds),
    equal('obs_collection', values.COLLECTION),
    equal('facility_name', values.FACILITY),
    equal('instrument_name', values.INSTRUMENT),
    equal('dataproduct_type', values.DPTYPE),
    values.CALIB.length > 0 ? `calib_level IN (${values.CALIB.map(formatNumber).join(', ')})` : undefined,
    equal('target_name', values.TARGET),
    equal('access_format', values.FORMAT),
    any(values.RELEASEDATE.map((limits) => within('obs_release_date', limits, (ms) => quote(timestamp.format(ms))))),
  ]
  return `SELECT * FROM ivoa.ObsCore WHERE ${conditions.filter((one) => one !== undefined).join(' AND ')}`
}

const any = (terms: readonly string[]): string | undefined =>
  terms.length === 0 ? undefined : terms.length === 1 ? terms[0] : `(${[...new Set(terms)].join(' OR ')})`

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`

const equal = (column: string, texts: readonly string[]): string | undefined =>
  texts.length === 0 ? undefined : `${column} IN (${[...new Set(texts)].map(quote).join(', ')})`

/** IVOIDs are compared without regard to case (SIA 2.0 §2.1.10); only a known spelling can use the index. */
function identified(ids: readonly string[], known: ReadonlyMap<string, string>): string | undefined {
  if (ids.length === 0) return undefined
  const spelled = ids.flatMap((id) => known.get(id) ?? [])
  const others = ids.filter((id) => !known.has(id)).map((id) => quote(id.trim().toLowerCase()))
  return any([
    ...(spelled.length > 0 ? [`${equal('obs_publisher_did', spelled)}`] : []),
    ...(others.length > 0 ? [`LOWER(obs_publisher_did) IN (${[...new Set(others)].join(', ')})`] : []),
  ])
}

const all = (...terms: string[]) => `(${terms.join(' AND ')})`

/** [low, high] of the row shares a point with the interval. */
function meets(low: string, high: string, [from, to]: Interval): string {
  const starts = Number.isFinite(to) ? `${low} <= ${formatNumber(to)}` : `${low} IS NOT NULL`
  const ends = Number.isFinite(from) ? `${high} >= ${formatNumber(from)}` : `${high} IS NOT NULL`
  return all(starts, ends)
}

function within(column: string, [from, to]: Interval, print: (value: number) => string = formatNumber): string {
  if (from === to) return `${column} = ${print(from)}`
  const terms = [
    ...(Number.isFinite(from) ? [`${column} >= ${print(from)}`] : []),
    ...(Number.isFinite(to) ? [`${column} <= ${print(to)}`] : []),
  ]
  return terms.length === 0 ? `${column} IS NOT NULL` : terms.length === 1 ? terms[0] : all(...terms)
}

function meetsShape(shape: Position): string {
  if (shape.kind === 'point')
    return `1 = CONTAINS(POINT(${formatNumber(shape.lonDeg)}, ${formatNumber(shape.latDeg)}), s_region)`
  if (shape.kind === 'range') {
    const { pieces, outside } = rangeRegions(shape)
    return outside
      ? all(...outside.map((cap) => `0 = CONTAINS(s_region, ${circle(cap)})`))
      : (any(pieces.map(meetsShape)) as string)
  }
  return `1 = INTERSECTS(s_region, ${shape.kind === 'circle' ? circle(shape) : polygon(shape.vertices)})`
}

const circle = ({ lonDeg, latDeg, radiusDeg }: Circle) =>
  `CIRCLE(${[lonDeg, latDeg, radiusDeg].map(formatNumber).join(', ')})`

const polygon = (vertices: readonly { lonDeg: number; latDeg: number }[]) =>
  `POLYGON(${vertices.map(({ lonDeg, latDeg }) => `${formatNumber(lonDeg)}, ${formatNumber(latDeg)}`).join(', ')})`
