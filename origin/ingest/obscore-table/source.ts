// The rows of a table in a file, one after the other, whatever the file's form: names of columns in lower case, cells as
// text, number, boolean or undefined. Nothing but one piece of the file is held; lengths and numbers of columns are bounded.

import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { IngestError } from '../errors.ts'
import { csvRows } from './csv.ts'
import { parquetRows } from './parquet.ts'
import { votableRows } from './votable.ts'

export type TableCell = string | number | boolean | undefined
export interface SourceColumn {
  /** Lower case. */
  readonly name: string
  readonly unit?: string
}
export type TableRow = ReadonlyMap<string, TableCell>

export interface TableTarget {
  /** Once, before the first row; may throw to refuse the table. */
  columns(columns: readonly SourceColumn[]): void
}

export const MAX_COLUMNS = 2000
export type TableFormat = 'votable' | 'csv' | 'tsv' | 'parquet'

/** By the first bytes, then by the name. undefined: no table of a known kind. */
export async function tableFormat(path: string): Promise<TableFormat | undefined> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw new IngestError('no-folder', `the table cannot be read (${error.code}): is its name right?`)
  })
  try {
    if (!(await file.stat()).isFile()) return undefined
    const { buffer, bytesRead } = await file.read(Buffer.alloc(1024), 0, 1024, 0)
    const start = buffer.subarray(0, bytesRead).toString('latin1')
    if (start.startsWith('PAR1')) return 'parquet'
    if (/^\s*(\u00ef\u00bb\u00bf)?\s*<(\?xml|VOTABLE|!DOCTYPE|\w+:VOTABLE)/i.test(start)) return 'votable'
    const ending = /\.(csv|tsv)(\.txt)?$/i.exec(basename(path))?.[1].toLowerCase()
    return ending as TableFormat | undefined
  } finally {
    await file.close()
  }
}

export function tableRows(path: string, format: TableFormat, target: TableTarget): AsyncIterable<TableRow> {
  if (format === 'parquet') return parquetRows(path, target)
  const bytes = createReadStream(path, { highWaterMark: 1 << 18 })
  if (format === 'votable') return votableRows(bytes, target)
  return csvRows(bytes, format === 'tsv' ? '\t' : ',', target)
}

export function checkedColumns(columns: readonly SourceColumn[]): SourceColumn[] {
  if (columns.length === 0) throw bad('the table has no columns')
  if (columns.length > MAX_COLUMNS)
    throw bad(`the table has ${columns.length} columns, at most ${MAX_COLUMNS} are read`)
  const lower = columns.map((column) => ({ ...column, name: column.name.trim().toLowerCase() }))
  const twice = lower.find(({ name }, i) => lower.findIndex((other) => other.name === name) !== i)
  if (twice) throw bad(`the table has two columns named ${JSON.stringify(twice.name.slice(0, 60))}`)
  return lower
}

export const bad = (message: string) => new IngestError('bad-table', message)
