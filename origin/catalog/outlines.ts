// What coverage maps are made of: the outlines of a collection in a release, page by page in the order of their rows, and
// a mark of all rows up to one. Rows are only ever added behind the last one, so where the mark of those that were seen
// is still the same, the new ones alone have to be read.

import type { ProductRights } from '#src/rights'
import type { LonLat } from '#src/sky'
import type { Executor } from './executor.ts'
import { decodeFootprint } from './rows.ts'

export interface OutlineRow {
  /** Number of the row. */
  readonly id: number
  readonly band?: string
  readonly rights: ProductRights
  /** ICRS, radians. */
  readonly footprint: readonly LonLat[]
  readonly facility: string
  readonly instrument: string
  readonly tMinMjd?: number
  readonly tMaxMjd?: number
  readonly emMinM?: number
  readonly emMaxM?: number
}

export interface OutlineMark {
  readonly products: number
  /** The last row; 0 where there is none. */
  readonly lastId: number
  /** Another text where a row was changed, moved, taken away or given other rights. */
  readonly mark: string
}

/** Sums of whole numbers are the same in any order of the rows; as texts, for they may go beyond 2^53. */
const whole = (column: string, scale: number) => `CAST(sum(CAST(round(${column} * ${scale}) AS BIGINT)) AS TEXT)`

/** Of the rows up to `upTo`, or of all. */
export async function outlineMark(
  store: Pick<Executor, 'one'>,
  collection: string,
  release: string,
  upTo?: number,
): Promise<OutlineMark> {
  const row = await store.one(
    `SELECT count(*) AS products, max(id) AS last_id, CAST(sum(rights_id) AS TEXT) AS rights,
       ${whole('ra_deg', 1e7)} AS ra, ${whole('dec_deg', 1e7)} AS dec, ${whole('fov_deg', 1e7)} AS fov,
       ${whole('modified_ms', 1e-3)} AS modified, ${whole('em_min_m', 1e12)} AS em
     FROM products WHERE collection = ? AND release = ?${upTo === undefined ? '' : ' AND id <= ?'}`,
    collection,
    release,
    ...(upTo === undefined ? [] : [upTo]),
  )
  const { products, last_id, rights, ra, dec, fov, modified, em } = row ?? {}
  return {
    products: Number(products ?? 0),
    lastId: Number(last_id ?? 0),
    mark: [products, last_id, rights, ra, dec, fov, modified, em].map((value) => String(value ?? '')).join(' '),
  }
}

export interface OutlinePage {
  readonly after: number
  readonly upTo: number
  readonly limit: number
}

/**
 * Along the numbers of the rows: `|| ''` keeps both databases from the index of collections, by which they would sort the
 * whole collection for every page, and no join lets them begin with the rights.
 */
export const OUTLINE_PAGE = `SELECT p.id, band, footprint, facility, instrument, t_min_mjd, t_max_mjd, em_min_m, em_max_m,
    (SELECT record FROM rights r WHERE r.rights_id = p.rights_id) AS rights
  FROM products p
  WHERE p.id > ? AND p.id <= ? AND p.collection || '' = ? AND p.release || '' = ? ORDER BY p.id LIMIT ?`

/** At most `limit` rows behind row `after`. */
export async function outlinesAfter(
  store: Pick<Executor, 'all'>,
  collection: string,
  release: string,
  { after, upTo, limit }: OutlinePage,
): Promise<OutlineRow[]> {
  const rows = await store.all(OUTLINE_PAGE, after, upTo, collection, release, limit)
  const number = (value: unknown) => (value === null ? undefined : (value as number))
  return rows.map((row) => ({
    id: Number(row.id),
    ...(row.band !== null && { band: row.band as string }),
    rights: JSON.parse(row.rights as string) as ProductRights,
    footprint: decodeFootprint(row.footprint as Uint8Array),
    facility: row.facility as string,
    instrument: row.instrument as string,
    tMinMjd: number(row.t_min_mjd),
    tMaxMjd: number(row.t_max_mjd),
    emMinM: number(row.em_min_m),
    emMaxM: number(row.em_max_m),
  }))
}
