// Bulk load into PostgreSQL by COPY, in one transaction. A release that is new is filled as a table aside, and joins the
// others with its indexes made at once when all rows are there: until then no reader sees or waits for anything of it.

import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { checkedBatches, missingFile } from '../checked-batches.ts'
import type { Row, SqlValue } from '../executor.ts'
import { OVERWRITE, STORED } from '../file-rows.ts'
import { rightsIds } from '../rights-ids.ts'
import { parametersOf, storedColumns } from '../rows.ts'
import type { CatalogBatch, CatalogBatches } from '../store.ts'
import { POSTGRES_CATALOG } from './dialect.ts'
import { executorOf, inTransaction, numbered } from './pool.ts'

const COLUMNS = ['id', ...storedColumns(POSTGRES_CATALOG)].join(', ')

export async function load(pool: pg.Pool, release: string, batches: CatalogBatches): Promise<number> {
  // GiST needs memory, and both time: this transaction is bounded by its caller.
  const begin = `BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0;
    SET LOCAL maintenance_work_mem = '256MB'`
  const count = await inTransaction(pool, begin, (client) => fill(client, release, batches))
  await pool.query('ANALYZE products, planes, files, rights, rights_names')
  return count
}

async function fill(client: pg.PoolClient, release: string, batches: CatalogBatches): Promise<number> {
  const all = async (sql: string, ...values: SqlValue[]) =>
    (await client.query<Row>(numbered(sql), values as unknown[])).rows
  const store = executorOf(all)
  const { rows } = await client.query('SELECT prepare_release($1, true) AS aside', [release])
  const { aside } = rows[0]
  const tables = await store.all('SELECT parent, part FROM release_tables(?)', release)
  const target = Object.fromEntries(tables.map(({ parent, part }) => [parent, aside ? part : parent]))
  const rightsId = rightsIds(store)
  let count = 0
  for await (const batch of checkedBatches(release, batches)) {
    const fileIds = await putFiles(client, batch)
    const sql = `SELECT nextval(pg_get_serial_sequence('products', 'id')) AS id FROM generate_series(1, $1)`
    const ids = (await client.query(sql, [batch.products.length])).rows
    const lines: { products: string[]; planes: string[]; product_inputs: string[] } = {
      products: [],
      planes: [],
      product_inputs: [],
    }
    for (const [i, product] of batch.products.entries()) {
      const { id } = ids[i]
      lines.products.push(line([id, ...parametersOf(product, await rightsId(product.rights), POSTGRES_CATALOG)]))
      product.planes.forEach(({ role, path, hdu }, seq) => {
        const fileId = fileIds.get(path)
        if (fileId === undefined) throw missingFile(product.publisherDid, seq)
        lines.planes.push(line([release, id, seq, role, fileId, hdu]))
      })
      product.inputs?.forEach((input, seq) => {
        lines.product_inputs.push(line([release, id, seq, input]))
      })
    }
    await copy(client, `${target.products} (${COLUMNS})`, lines.products)
    await copy(client, `${target.planes} (release, id, seq, role, file_id, hdu)`, lines.planes)
    await copy(client, `${target.product_inputs} (release, id, seq, input)`, lines.product_inputs)
    count += batch.products.length
  }
  if (aside)
    for (const { parent, part } of tables)
      await store.run('SELECT attach_release(?, ?, ?)', ...([release, parent, part] as string[]))
  return count
}

/** Numbers of the files that the planes of the batch are in. */
async function putFiles(client: pg.PoolClient, { files, products }: CatalogBatch): Promise<Map<string, number>> {
  const unique = [...new Map(files.map((file) => [file.path, file])).values()].sort((a, b) =>
    a.path < b.path ? -1 : 1,
  )
  const put = await client.query(
    `INSERT INTO files (${STORED})
     SELECT * FROM unnest($1::text[], $2::text[], $3::int8[], $4::float8[], $5::float8[], $6::text[], $7::bytea[])
     ${OVERWRITE} RETURNING path, file_id`,
    [
      unique.map(({ path }) => path),
      unique.map(({ key }) => key),
      unique.map(({ sizeBytes }) => sizeBytes),
      unique.map(({ mtimeMs }) => mtimeMs),
      unique.map(({ ctimeMs }) => ctimeMs),
      unique.map(({ digest }) => digest),
      unique.map(({ index }) => Buffer.from(index)),
    ],
  )
  const ids = new Map<string, number>(put.rows.map(({ path, file_id }) => [path, file_id]))
  const others = [...new Set(products.flatMap(({ planes }) => planes.map(({ path }) => path)))].filter(
    (p) => !ids.has(p),
  )
  if (others.length > 0) {
    const known = await client.query('SELECT path, file_id FROM files WHERE path = ANY($1)', [others])
    for (const { path, file_id } of known.rows) ids.set(path, file_id)
  }
  return ids
}

async function copy(client: pg.PoolClient, into: string, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return
  await pipeline(Readable.from([Buffer.from(lines.join(''))]), client.query(copyFrom(`COPY ${into} FROM STDIN`)))
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/** One row in COPY's text format (PostgreSQL 15, COPY, "Text Format"). */
function line(values: readonly SqlValue[]): string {
  return `${values.map(cell).join('\t')}\n`
}

function cell(value: SqlValue): string {
  if (value === null) return '\\N'
  if (value instanceof Uint8Array)
    return `\\\\x${Buffer.from(value.buffer, value.byteOffset, value.length).toString('hex')}`
  return typeof value === 'string' ? value.replace(/[\\\t\n\r]/g, (char) => ESCAPES[char]) : String(value)
}
