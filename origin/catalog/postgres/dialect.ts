// What the catalogue writes differently on PostgreSQL: tables in partitions by release, outlines as pg_sphere's spoly
// under a GiST index.

import { bounds } from '#src/sky'
import type { CatalogDialect } from '../executor.ts'
import { outline } from './outline.ts'

/** pg_sphere's own tolerance is 1e-9 rad; the exact test follows. */
const MARGIN_RAD = 1e-8

export const POSTGRES_CATALOG: CatalogDialect = {
  planesOf: `COALESCE((SELECT json_agg(json_build_array(role, file_id, hdu) ORDER BY seq)
    FROM planes WHERE planes.release = p.release AND planes.id = p.id)::text, '[]')`,
  inputsOf: `COALESCE((SELECT json_agg(input ORDER BY seq)
    FROM product_inputs i WHERE i.release = p.release AND i.id = p.id)::text, '[]')`,
  productKey: 'release, publisher_did',
  releasesApart: true,
  insertPlane: 'INSERT INTO planes (release, id, seq, role, file_id, hdu) VALUES (?, ?, ?, ?, ?, ?)',
  insertInput: 'INSERT INTO product_inputs (release, id, seq, input) VALUES (?, ?, ?, ?)',
  async prepareRelease(store, release) {
    await store.run('SELECT prepare_release(?)', release)
  },
  outline: { column: 'outline', value: '?::spoly', of: outline },
  near(region) {
    const { lonRad, latRad, radiusRad } = bounds(region)
    // pg_sphere has no circle beyond a hemisphere.
    if (radiusRad + MARGIN_RAD >= Math.PI / 2) return { join: '', where: 'TRUE', values: [] }
    return {
      join: '',
      where: 'p.outline && scircle(spoint(?::float8, ?::float8), ?::float8)',
      values: [lonRad, latRad, radiusRad + MARGIN_RAD],
    }
  },
}
