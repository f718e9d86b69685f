// The bound tree as SQL of a database.

import type { BoundQuery } from '../bound.ts'
import { AdqlError } from '../errors.ts'
import type { Bindings, Sql } from './bindings.ts'

export interface EmitOptions {
  /** Rows that are wanted at most; the statement gives one more, to know of an overflow. */
  readonly maxrec?: number
}

export type DialectName = 'sqlite' | 'postgres'

export function emit(_query: BoundQuery, _dialect: DialectName, _bindings: Bindings, _options: EmitOptions = {}): Sql {
  throw new AdqlError('unsupported', 'no dialect is there yet')
}
