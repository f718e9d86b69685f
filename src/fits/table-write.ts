import type { Runtime } from '#src/runtime'
import { FitsError } from './errors.ts'
import type { FitsHeader } from './header.ts'
import type { NumberColumn } from './table.ts'

export interface ColumnToWrite {
  readonly name: string
  /** L B I J K E D take numbers; A takes strings. */
  readonly code: 'L' | 'B' | 'I' | 'J' | 'K' | 'E' | 'D' | 'A'
  /** Elements in a row (default 1; for A the width, default the longest string). */
  readonly repeat?: number
  readonly unit?: string
  readonly values: NumberColumn | readonly number[] | readonly bigint[] | readonly string[] | readonly boolean[]
}

/** A whole BINTABLE extension. */
export function binTableBytes(
  _columns: readonly ColumnToWrite[],
  _options: { header?: FitsHeader; name?: string; runtime?: Runtime; checksum?: boolean } = {},
): Uint8Array {
  throw new FitsError('unsupported', 'writing tables is not written yet')
}
