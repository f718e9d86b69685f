// Parquet, some thousand rows at a time. What it is packed with is undone by Node's own zlib.

import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { bad, checkedColumns, type TableCell, type TableRow, type TableTarget } from './source.ts'

const ROWS = 5000
/** Of one page, unpacked: what is larger is a bomb. */
const MAX_PAGE = 256 << 20

const COMPRESSORS = {
  GZIP: (packed: Uint8Array) => gunzipSync(packed, { maxOutputLength: MAX_PAGE }),
  ZSTD: (packed: Uint8Array) => zstdDecompressSync(packed, { maxOutputLength: MAX_PAGE }),
  BROTLI: (packed: Uint8Array) => brotliDecompressSync(packed, { maxOutputLength: MAX_PAGE }),
}

export async function* parquetRows(path: string, target: TableTarget): AsyncGenerator<TableRow> {
  const file = await asyncBufferFromFile(path)
  const metadata = await guarded(parquetMetadataAsync(file))
  const root = metadata.schema[0]
  const names = metadata.schema.slice(1, 1 + (root?.num_children ?? 0)).map(({ name }) => name)
  target.columns(checkedColumns(names.map((name) => ({ name }))))
  const lower = new Map(names.map((name) => [name, name.toLowerCase()]))
  const total = Number(metadata.num_rows)
  for (let rowStart = 0; rowStart < total; rowStart += ROWS) {
    const rowEnd = Math.min(total, rowStart + ROWS)
    const rows = await guarded(parquetReadObjects({ file, metadata, rowStart, rowEnd, compressors: COMPRESSORS }))
    for (const row of rows) {
      const cells = new Map<string, TableCell>()
      for (const [name, value] of Object.entries(row)) {
        const cell = cellOf(value)
        if (cell !== undefined) cells.set(lower.get(name) ?? name, cell)
      }
      yield cells
    }
  }
}

function cellOf(value: unknown): TableCell {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString()
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : undefined
}

async function guarded<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw Object.assign(bad(`the Parquet file cannot be read: ${(error as Error).message.slice(0, 200)}`), {
      cause: error,
    })
  }
}
