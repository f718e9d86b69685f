// What the parent asks of a query process, as messages over Node's own channel.

import type { Query, Store, UploadLimits } from './query.ts'

export type Order =
  | { readonly kind: 'open'; readonly store: Store; readonly limits: ProcessLimits }
  | { readonly kind: 'upload'; readonly name: string; readonly path: string; readonly limits: UploadLimits }
  | RunOrder
  /** The session is over: what it left behind goes. */
  | { readonly kind: 'reset' }

export interface RunOrder {
  readonly kind: 'run'
  readonly query: Query
  readonly deadlineMs: number
  /** Nobody waits for it: it may not take what others need. */
  readonly background: boolean
}

export interface ProcessLimits {
  /** Heap of the database library in the process. */
  readonly memoryBytes: number
  /** Temporary files: sorters, uploads, tables that are put together before they are sent. */
  readonly diskBytes: number
}

export interface ReadySaid {
  /** PostgreSQL's key to cancel what this process runs (protocol 3.0, CancelRequest). */
  readonly cancel?: { readonly processId: number; readonly secretKey: number }
}

export interface EndSaid {
  readonly rows: number
  readonly overflow: boolean
}

export interface ErrorSaid {
  readonly code: string
  readonly message: string
  readonly detail?: string
}
