// What every writer of a table is: rows go in, bytes come out whenever the caller wants them, so that a result of any
// length is written in constant memory. How it ended is said at the end (DALI 1.1 §4.4).

import type { XmlElement } from '#src/xml'
import type { Cell, Field } from './field.ts'

/** Complete, cut at a row limit, or broken off. */
export type Outcome = { readonly overflow: boolean } | { readonly error: string }

export interface TableWriter {
  /** One value per field, in their order. */
  row(cells: readonly Cell[]): void
  /** Bytes that are ready (for text: characters, a lower bound). */
  readonly pending: number
  /** What is pending ends with a whole row: a tail may follow it. */
  readonly whole: boolean
  /** The bytes that are ready; the head comes with the first of them. */
  take(): Uint8Array<ArrayBuffer>
  /** The rest. Nothing may be written afterwards. */
  finish(outcome: Outcome): Uint8Array<ArrayBuffer>
}

/** `<INFO name value>text</INFO>` */
export interface Info {
  readonly name: string
  readonly value: string
  readonly text?: string
}

export type Serialization = 'TABLEDATA' | 'BINARY2'

export interface VotableOptions {
  readonly fields: readonly Field[]
  /** Default TABLEDATA. */
  readonly serialization?: Serialization
  /** Beside QUERY_STATUS, in the results' RESOURCE. */
  readonly infos?: readonly Info[]
  /** Of the results' RESOURCE. */
  readonly description?: string
  /** TABLE's name. */
  readonly name?: string
  /** RESOURCEs after the results, such as service descriptors (DataLink 1.1 §4). */
  readonly after?: readonly XmlElement[]
}
