// The bound tree as SQL of a database: one walk (rows.ts, values.ts, conditions.ts, geometry.ts) for all, and what differs
// in sqlite.ts and postgres.ts. Equal queries give equal rows in both: see test/src/adql/dialect.

import type { BoundQuery } from '../bound.ts'
import type { Bindings, Sql, SqlValue } from './bindings.ts'
import { createContext, type Dialect } from './context.ts'
import { fenced } from './guard.ts'
import { postgres } from './postgres.ts'
import { rows } from './rows.ts'
import { sqlite } from './sqlite.ts'
import { as, value } from './values.ts'

export interface EmitOptions {
  /** Rows that are wanted at most; the statement gives one more, to know of an overflow. */
  readonly maxrec?: number
}

export type DialectName = 'sqlite' | 'postgres'
const DIALECTS: Readonly<Record<DialectName, Dialect>> = { sqlite, postgres }

/** Throws AdqlError('unsupported' | 'bad-value' | 'too-many') for what no database can be asked. */
export function emit(query: BoundQuery, name: DialectName, bindings: Bindings, { maxrec }: EmitOptions = {}): Sql {
  const dialect = DIALECTS[name]
  const context = createContext(dialect, bindings, { value, as, rows })
  const text = context.rows(query.rows, maxrec === undefined ? undefined : maxrec + 1)
  // From the last to the first: what uses one says whether it needs a fence.
  const common = query.with.toReversed().map(({ id, rows: defined }) => `"w${id}" AS (${fenced(context, id, defined)})`)
  common.reverse()
  return tidy(`${common.length > 0 ? `WITH ${common.join(', ')} ` : ''}${text}`, context.params, name)
}

/** Numbers the placeholders as they stand and drops the parameters that nothing asks for: PostgreSQL refuses such. */
function tidy(text: string, params: readonly SqlValue[], name: DialectName): Sql {
  if (params.length === 0) return { text, params }
  const used = new Map<number, number>()
  const kept: SqlValue[] = []
  const sign = name === 'sqlite' ? '?' : '$'
  const numbered = text.replace(/'[^']*'|"[^"]*"|[?$](\d+)/g, (part, digits: string | undefined) => {
    if (digits === undefined) return part
    const old = Number(digits)
    let now = used.get(old)
    if (now === undefined) {
      kept.push(params[old - 1])
      now = kept.length
      used.set(old, now)
    }
    return `${sign}${now}`
  })
  return { text: numbered, params: kept }
}
