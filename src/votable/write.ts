// VOTable documents out: choosing the serialization, whole small tables, and errors (DALI 1.1 §4.2).

import type { Cell } from './field.ts'
import type { Info, Outcome, TableWriter, VotableOptions } from './writer.ts'

export function votableWriter(_options: VotableOptions): TableWriter {
  throw new Error('not written yet')
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
export function votableTail(_options: VotableOptions, _outcome: Outcome): string {
  throw new Error('not written yet')
}

/** The document that says why there is no table. */
export function votableError(_message: string, _options: { infos?: readonly Info[] } = {}): string {
  throw new Error('not written yet')
}
