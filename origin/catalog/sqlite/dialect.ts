// What the catalogue writes differently on SQLite: an R-tree of unit-vector boxes beside the products.

import { bounds } from '#src/sky'
import type { CatalogDialect } from '../executor.ts'
import { capBox } from './box.ts'

export const SQLITE_CATALOG: CatalogDialect = {
  planesOf: `(SELECT json_group_array(json_array(role, file_id, hdu))
    FROM (SELECT role, file_id, hdu FROM planes WHERE planes.id = p.id ORDER BY seq))`,
  inputsOf: `(SELECT json_group_array(input)
    FROM (SELECT input FROM product_inputs i WHERE i.id = p.id ORDER BY seq))`,
  productKey: 'publisher_did',
  releasesApart: false,
  // The release is said by the product alone.
  insertPlane: 'INSERT INTO planes (id, seq, role, file_id, hdu) VALUES (?2, ?3, ?4, ?5, ?6)',
  insertInput: 'INSERT INTO product_inputs (id, seq, input) VALUES (?2, ?3, ?4)',
  async placeFootprint(store, id, footprint) {
    const { lonRad, latRad, radiusRad } = bounds({ kind: 'polygon', vertices: footprint })
    const box = capBox(lonRad, latRad, radiusRad)
    await store.run('INSERT OR REPLACE INTO product_boxes VALUES (?, ?, ?, ?, ?, ?, ?)', id, ...box)
  },
  async forgetFootprint(store, id) {
    await store.run('DELETE FROM product_boxes WHERE id = ?', id)
  },
  near(region) {
    const { lonRad, latRad, radiusRad } = bounds(region)
    return {
      join: 'JOIN product_boxes b ON b.id = p.id',
      where: 'b.x1 >= ? AND b.x0 <= ? AND b.y1 >= ? AND b.y0 <= ? AND b.z1 >= ? AND b.z0 <= ?',
      values: capBox(lonRad, latRad, radiusRad),
    }
  },
}
