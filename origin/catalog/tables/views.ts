// The tables that queries see, as SELECTs over the base tables that hold only what a principal may be shown. Each view is
// a FROM clause, a condition and an expression for every column; a query takes the columns it needs. Written once for
// both databases; no DISTINCT, no aggregate and no LIMIT, so that both merge a view into the query around it.

import type { RightsCondition } from '#src/rights'
import { type Fragment, raw, sql } from './fragment.ts'
import type { SqlDialect } from './physical.ts'
import { rightsSql } from './rights-sql.ts'

export interface ViewContext {
  readonly dialect: SqlDialect
  readonly rights: RightsCondition
  readonly nowMs: number
  /** Address of the service as this client reaches it, without a slash at its end. */
  readonly base: string
  /** Naming authority of this publisher. */
  readonly authority: string
}

export interface View {
  readonly from: string
  readonly where?: Fragment
  /** By ADQL name in lower case. */
  readonly columns: Readonly<Record<string, string | Fragment>>
  /** Columns for the machine beside those. */
  readonly hidden?: Readonly<Record<string, string>>
  readonly region?: string
  readonly position?: readonly [lon: string, lat: string]
}

/** Rows of `alias`, a table with rights_id, that may be shown. */
export const visible = (alias: string, { rights }: ViewContext): Fragment =>
  sql`EXISTS (SELECT 1 FROM rights r WHERE r.rights_id = ${raw(alias)}.rights_id AND ${rightsSql(rights)})`

/** Some image of the visit that `alias` names may be shown. */
export const visibleVisit = (alias: string, context: ViewContext): Fragment =>
  sql`EXISTS (SELECT 1 FROM products q WHERE q.visit = ${raw(alias)}.visit AND q.release = ${raw(alias)}.release
    AND q.instrument = ${raw(alias)}.instrument AND ${visible('q', context)})`

/** Milliseconds since 1970 as ISO text (DALI 1.1 §3.3.3): UTC, no zone, whole seconds. */
export const isoTime = (ms: string, dialect: SqlDialect): string =>
  dialect === 'sqlite'
    ? `strftime('%Y-%m-%dT%H:%M:%S', floor(${ms} / 1000.0), 'unixepoch')`
    : `replace((to_timestamp(floor(${ms} / 1000.0)) AT TIME ZONE 'UTC')::text, ' ', 'T')`

/** When a product `p` with rights `r` is public: what these say, the date of its release, or when it came; else NULL. */
function releaseMs(releasedMs: string): string {
  const date = `COALESCE(r.public_from_ms, CASE WHEN r.access = 'public' THEN COALESCE(r.embargo_until_ms,
    ${releasedMs}, p.modified_ms) END)`
  return `CASE WHEN r.embargo_until_ms IS NULL THEN ${date} WHEN r.embargo_until_ms > ${date} THEN r.embargo_until_ms
    ELSE ${date} END`
}
const RELEASED_MS = '(SELECT released_ms FROM releases WHERE releases.release = p.release)'

export const releaseTime = (dialect: SqlDialect): string =>
  `(SELECT ${isoTime(`(${releaseMs(RELEASED_MS)})`, dialect)} FROM rights r WHERE r.rights_id = p.rights_id)`

/** What may be said of a product with rights `r` that may be shown: public to all, or why not. */
const dataRights = (nowMs: number): Fragment =>
  sql`CASE WHEN (r.public_from_ms IS NULL AND r.access = 'public') OR r.public_from_ms <= ${nowMs} THEN 'public'
    WHEN r.access = 'level3' THEN 'secure' ELSE 'proprietary' END`

/**
 * Products `p` that may be shown, and what their rights say. PostgreSQL joins the rights, which halves the time of
 * whole tables, and leaves out joins that nobody needs. SQLite would not merge a join into an outer join around it.
 */
export function productsWithRights(context: ViewContext) {
  const { dialect, rights, nowMs } = context
  if (dialect === 'sqlite')
    return {
      from: 'products p',
      where: visible('p', context),
      dataRights: sql`(SELECT ${dataRights(nowMs)} FROM rights r WHERE r.rights_id = p.rights_id)`,
      releaseTime: releaseTime(dialect),
    }
  return {
    from: `products p JOIN rights r ON r.rights_id = p.rights_id LEFT JOIN releases l ON l.release = p.release`,
    where: rightsSql(rights),
    dataRights: dataRights(nowMs),
    releaseTime: isoTime(`(${releaseMs('l.released_ms')})`, dialect),
  }
}

/** Values that a whole table has in common with CAOM: said once for ivoa.ObsCore and caom2.Plane. */
export const PRODUCT = {
  type: `COALESCE(p.dataproduct_type, 'image')`,
  timeResolution: 'COALESCE(p.t_resolution_s, p.exptime_s)',
  resolvingPower: `COALESCE(p.em_res_power, (p.em_min_m + p.em_max_m) / 2 / NULLIF(p.em_max_m - p.em_min_m, 0))`,
  polarizations: `COALESCE(LENGTH(p.pol_states) - LENGTH(REPLACE(p.pol_states, '/', '')) - 1, 0)`,
  timeSamples: 'CASE WHEN p.t_min_mjd IS NULL THEN NULL ELSE 1 END',
  spectralSamples: 'CASE WHEN p.em_min_m IS NULL THEN NULL ELSE 1 END',
} as const

/** What both databases find a footprint by: names of the columns beside the outline's text. */
export const productPlaces = (dialect: SqlDialect): Readonly<Record<string, string>> =>
  dialect === 'sqlite'
    ? { product_key: 'p.id', footprint_bytes: 'p.footprint' }
    : { s_region_poly: 'p.outline', s_point: 'p.centre' }
