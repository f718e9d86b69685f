// Bulk load into SQLite: plain inserts in one transaction. Into an empty catalogue the indexes that only searches need are
// made after the rows; boxes go into the R-tree at the end, neighbours on the sky after one another, which is five
// times quicker than in the order of the products.

import { hash } from '#src/healpix'
import { bounds } from '#src/sky'
import { checkedBatches, missingFile } from '../checked-batches.ts'
import type { Executor } from '../executor.ts'
import { putFile } from '../file-rows.ts'
import { rightsIds } from '../rights-ids.ts'
import { insertProduct, parametersOf } from '../rows.ts'
import type { CatalogBatches } from '../store.ts'
import { type Box, capBox } from './box.ts'
import { SQLITE_CATALOG } from './dialect.ts'

/** Boxes held back at most: 32 MB. */
const HELD_BOXES = 500_000
/** HEALPix order of the neighbourhood: pixels of 0.46 degrees. */
const ORDER = 7

interface Held {
  readonly id: number
  readonly pixel: number
  readonly box: Box
}

export async function load(store: Executor, release: string, batches: CatalogBatches): Promise<number> {
  const empty = (await store.one('SELECT 1 FROM products LIMIT 1')) === undefined
  const indexes = empty ? await store.all(SEARCH_INDEXES) : []
  for (const { name } of indexes) await store.run(`DROP INDEX "${name}"`)
  const rightsId = rightsIds(store)
  const insert = `${insertProduct(SQLITE_CATALOG)} RETURNING id`
  let held: Held[] = []
  let count = 0
  for await (const { files, products } of checkedBatches(release, batches)) {
    const fileIds = new Map<string, number>()
    for (const file of files) fileIds.set(file.path, await putFile(store, file))
    for (const product of products) {
      const values = parametersOf(product, await rightsId(product.rights), SQLITE_CATALOG)
      const id = (await store.one(insert, ...values))!.id as number
      for (const [seq, { role, path, hdu }] of product.planes.entries()) {
        const fileId = fileIds.get(path) ?? (await store.one('SELECT file_id FROM files WHERE path = ?', path))?.file_id
        if (fileId === undefined) throw missingFile(product.publisherDid, seq)
        await store.run(SQLITE_CATALOG.insertPlane, release, id, seq, role, fileId as number, hdu)
      }
      for (const [seq, input] of (product.inputs ?? []).entries())
        await store.run(SQLITE_CATALOG.insertInput, release, id, seq, input)
      const { lonRad, latRad, radiusRad } = bounds({ kind: 'polygon', vertices: product.footprint })
      held.push({ id, pixel: hash(ORDER, lonRad, latRad), box: capBox(lonRad, latRad, radiusRad) })
      count++
    }
    if (held.length < HELD_BOXES) continue
    await place(store, held)
    held = []
  }
  await place(store, held)
  for (const { sql } of indexes) await store.run(sql as string)
  return count
}

/** Those of products and planes that no uniqueness hangs on. */
const SEARCH_INDEXES = `SELECT name, sql FROM sqlite_schema
  WHERE type = 'index' AND tbl_name IN ('products', 'planes', 'product_inputs') AND sql IS NOT NULL
    AND sql NOT LIKE 'CREATE UNIQUE%'`

async function place(store: Executor, held: readonly Held[]): Promise<void> {
  const sorted = held.toSorted((a, b) => a.pixel - b.pixel)
  for (const { id, box } of sorted)
    await store.run('INSERT INTO product_boxes VALUES (?, ?, ?, ?, ?, ?, ?)', id, ...box)
}
