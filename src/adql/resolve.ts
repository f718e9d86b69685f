// Names and types.

import type { Table, TableSet } from '#src/votable'
import type { Query } from './ast.ts'
import type { BoundQuery } from './bound.ts'
import { AdqlError } from './errors.ts'

export interface ResolveOptions {
  readonly tables: TableSet
  /** Tables of TAP_UPLOAD. */
  readonly uploads?: readonly Table[]
}

export function resolveAdql(_query: Query, _options: ResolveOptions): BoundQuery {
  throw new AdqlError('unsupported', 'the resolver is not there yet')
}
