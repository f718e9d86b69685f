// The output formats: one writer each, chosen by name (TAP 1.1 §2.7.4).

import { Buffer } from 'node:buffer'
import { type Outcome, type TableWriter, type VotableOptions, votableTail, votableWriter } from '#src/votable'
import type { ProcessLimits } from '../orders.ts'
import type { Query, TableFormat } from '../query.ts'
import { CopyTabledata, copiesPlainly } from './copy-tabledata.ts'
import { FitsWriter } from './fits.ts'
import { JsonWriter, jsonTail } from './json.ts'
import { ParquetTableWriter } from './parquet.ts'
import { CsvWriter, TsvWriter } from './text.ts'

export interface AnyWriter extends TableWriter {
  /** Instead of `finish`, where the whole table must be known before its first byte. */
  rest?(outcome: Outcome): Iterable<Uint8Array<ArrayBuffer>>
  /** Whole lines of COPY's text, so many at most; how many were written. */
  lines?(bytes: Uint8Array, most: number): number
  /** Frees what the writer holds outside the heap. */
  discard?(): void
}

const votableOptions = ({ fields, infos, after, format }: Query): VotableOptions => ({
  fields,
  infos,
  after,
  serialization: format === 'votable-binary2' ? 'BINARY2' : 'TABLEDATA',
})

/** `copied`: rows come as COPY's text. */
export function formatWriter(query: Query, limits: ProcessLimits, copied: boolean): AnyWriter {
  const { fields, format } = query
  if (format === 'csv') return new CsvWriter(fields)
  if (format === 'tsv') return new TsvWriter(fields)
  if (format === 'json') return new JsonWriter(fields)
  if (format === 'parquet') return new ParquetTableWriter(votableOptions(query))
  if (format === 'fits') return new FitsWriter(fields, limits)
  const options = votableOptions(query)
  if (copied && options.serialization === 'TABLEDATA' && copiesPlainly(fields)) return new CopyTabledata(options)
  return votableWriter(options)
}

/** Whether a document that was begun can still say that it failed. */
export const closable = (format: TableFormat): boolean => format.startsWith('votable') || format === 'json'

/** What closes a document whose writer is gone. */
export function closing(query: Query, message: string): Uint8Array<ArrayBuffer> {
  const tail =
    query.format === 'json' ? jsonTail({ error: message }) : votableTail(votableOptions(query), { error: message })
  return new Uint8Array(Buffer.from(tail))
}
