// VOTable documents out: choosing the serialization, whole small tables, and errors (DALI 1.1 §4.2).

import { Binary2Writer } from './binary2.ts'
import { documentTail, errorDocument } from './document.ts'
import type { Cell } from './field.ts'
import { TabledataWriter } from './tabledata.ts'
import type { Info, Outcome, TableWriter, VotableOptions } from './writer.ts'

export function votableWriter(options: VotableOptions): TableWriter {
  return options.serialization === 'BINARY2' ? new Binary2Writer(options) : new TabledataWriter(options)
}

/** A whole small table. */
export function votableDocument(
  options: VotableOptions,
  rows: Iterable<readonly Cell[]>,
  outcome: Outcome = { overflow: false },
): Uint8Array<ArrayBuffer> {
  const writer = votableWriter(options)
  for (const row of rows) writer.row(row)
  return writer.finish(outcome)
}

/** What closes a document whose writer can say no more: to be put behind whole rows. */
export const votableTail = (options: VotableOptions, outcome: Outcome): string => documentTail(options, outcome)

/** The document that says why there is no table. */
export const votableError = (message: string, { infos = [] }: { infos?: readonly Info[] } = {}): string =>
  errorDocument(message, infos)
