// Running SQL for strangers: what a runner, its sessions and their answers are. The work is done in child processes
// (pool.ts), because a statement of node:sqlite cannot be interrupted, but a process can be killed.

import type { TapFormatKind } from '#src/services'
import type { Field, Info, Table } from '#src/votable'
import type { XmlElement } from '#src/xml'

export type Store =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres'; readonly url: string }

/** How a process writes a table; their media types are the services'. */
export type TableFormat = TapFormatKind

export type SqlValue = string | number | bigint | null | Uint8Array

/** A statement with placeholders in the store's own form. */
export interface Statement {
  readonly text: string
  readonly params: readonly SqlValue[]
}

export interface Query {
  readonly sql: Statement
  readonly fields: readonly Field[]
  /** Rows that are written at most; one more is asked of the store, to know of an overflow. */
  readonly maxrec: number
  readonly format: TableFormat
  readonly infos?: readonly Info[]
  readonly after?: readonly XmlElement[]
}

export interface QueryAnswer {
  /**
   * Begins when the first row is there. A failure after that closes a VOTable or JSON document with its message; of the
   * other formats it breaks the iteration. Leaving the iteration ends the query.
   */
  readonly body: AsyncIterable<Uint8Array<ArrayBuffer>>
  /** Settles when the last byte was handed on. */
  readonly outcome: Promise<{ readonly rows: number; readonly overflow: boolean }>
}

export interface QuerySession {
  /** A VOTable becomes a temporary table, typed as its fields say; its description comes back. */
  upload(name: string, body: string | AsyncIterable<Uint8Array>, mediaType?: string): Promise<Table>
  run(query: Query): Promise<QueryAnswer>
  /** Ends what still runs. */
  close(): Promise<void>
}

export interface SessionOptions {
  readonly signal: AbortSignal
  /** Milliseconds from now in which the session must be done; waiting for a process counts. */
  readonly deadlineMs: number
  /** A job that nobody waits for: it leaves a process free for those who do. */
  readonly background?: boolean
}

export interface QueryRunner {
  session(options: SessionOptions): Promise<QuerySession>
  /** How busy it is, for metrics. */
  readonly load: { readonly processes: number; readonly busy: number; readonly waiting: number }
  close(): Promise<void>
}

export interface UploadLimits {
  /** Of one document. */
  readonly bytes: number
  readonly rows: number
  readonly columns: number
}
