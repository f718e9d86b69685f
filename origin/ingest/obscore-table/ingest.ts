// An ObsCore table (VOTable, CSV, Parquet) -> products whose pixels stay with another archive. Rows are read as a stream
// and stored in batches; a row that cannot be used is named with its reason, up to a number of names.

import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { NewProduct } from '../../catalog/store.ts'
import { IngestError } from '../errors.ts'
import type { IngestOptions } from '../ingest.ts'
import { emptyReport, type IngestReport, refuse, tally } from '../report.ts'
import { productOfRow, type RowTarget } from './row.ts'
import { type SourceColumn, tableFormat, tableRows } from './source.ts'
import { scalesOf } from './units.ts'

const BATCH = 500
/** Without these no row can be used. */
const NEEDED = ['access_url', 'calib_level']

export async function ingestTable(options: IngestOptions): Promise<IngestReport> {
  const { catalog, collection, release, dryRun = false, signal, onProgress, prune } = options
  const format = await tableFormat(options.folder)
  if (!format) throw new IngestError('bad-table', 'the file is no table: expected VOTable, CSV or Parquet')
  const report = emptyReport(collection, release, dryRun)
  const stored = (await catalog.storedProducts(collection, release)).filter(({ path }) => path === '')
  const generations = new Map(stored.map(({ publisherDid, generation }) => [publisherDid, generation]))
  let scales: ReadonlyMap<string, number> = new Map()
  const columns = (given: readonly SourceColumn[]) => {
    const missing = NEEDED.filter((name) => !given.some((column) => column.name === name))
    if (missing.length > 0)
      throw new IngestError('bad-table', `the table has no column ${missing.join(' and no ')}: is it ObsCore?`)
    scales = scalesOf(given)
  }
  const { mtimeMs } = await stat(options.folder)
  const target = (): RowTarget => ({ ...options, modifiedMs: mtimeMs, scales })
  const made = new Set<string>()
  let products: NewProduct[] = []
  let rows = 0
  const flush = async () => {
    const batch = products
    products = []
    if (!dryRun && batch.length > 0) await catalog.change({ products: batch })
  }
  const refuseRow = (reason: string) => refuse(report, `row ${rows}`, reason)
  report.files = 1
  for await (const row of tableRows(options.folder, format, { columns })) {
    if (signal?.aborted) break
    rows++
    if (rows % 100 === 0) onProgress?.(rows, Math.max(rows, stored.length), `row ${rows}`)
    let product: NewProduct
    try {
      product = productOfRow(row, target())
    } catch (error) {
      if (!(error instanceof IngestError)) throw error
      refuseRow(error.message)
      continue
    }
    const before = generations.get(product.publisherDid)
    if (made.has(product.publisherDid)) {
      refuseRow('has the identifier of a row before it')
      continue
    }
    if (before === undefined && (await catalog.product(product.publisherDid))) {
      refuseRow('another collection of this release, or a file of this one, has its identifier already')
      continue
    }
    made.add(product.publisherDid)
    tally(report, product, before)
    if (before !== product.generation) products.push(product)
    if (products.length >= BATCH) await flush()
  }
  await flush()
  report.stopped = signal?.aborted ?? false
  if (report.stopped) return report
  const gone = stored.filter(({ publisherDid }) => !made.has(publisherDid))
  for (const { productId } of gone) report.vanished.push({ productId, name: basename(options.folder) })
  if (prune && !dryRun && gone.length > 0) {
    for (let at = 0; at < gone.length; at += BATCH)
      await catalog.change({ remove: gone.slice(at, at + BATCH).map(({ publisherDid }) => publisherDid) })
    report.removed = gone.length
  }
  return report
}
