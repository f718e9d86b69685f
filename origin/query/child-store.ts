// What a query process needs of its store; SQLite and PostgreSQL each have one.

import type { Cell, Field, Table } from '#src/votable'
import type { ReadySaid, RunOrder } from './orders.ts'
import type { Query, UploadLimits } from './query.ts'

/** Where rows go. `row` answers whether more are wanted. */
export interface RowTarget {
  row(cells: readonly Cell[]): boolean
  /** Whole lines of COPY text at once, where the target can do something better with them than cells. */
  lines?(bytes: Uint8Array): boolean
}

export interface ChildStore {
  readonly said: ReadySaid
  /** Rows come as COPY's text. */
  readonly copies: boolean
  /** Gives every row in turn, until the target has enough. */
  rows(query: Query, how: Pick<RunOrder, 'deadlineMs' | 'background'>, target: RowTarget): void | Promise<void>
  upload(name: string, path: string, limits: UploadLimits): Promise<Table>
  reset(): void | Promise<void>
}

/** Whether numbers must come without loss of their last digits. */
export const hasLongs = (fields: readonly Field[]): boolean => fields.some(({ datatype }) => datatype === 'long')
