// A condition on rights as SQL over the tables `rights` (as `r`) and `rights_names`.

import type { RightsCondition } from '#src/rights'
import { type Fragment, join, raw, sql } from './fragment.ts'

const COLUMNS = {
  access: 'r.access',
  release: 'r.release',
  owner: 'r.owner',
  publicFromMs: 'r.public_from_ms',
  embargoUntilMs: 'r.embargo_until_ms',
} as const
const FALSE = raw('1 = 0')
const among = (column: string, names: readonly string[]): Fragment =>
  names.length === 0
    ? FALSE
    : sql`${raw(column)} IN (${join(
        names.map((name) => sql`${name}`),
        ', ',
      )})`

export function rightsSql(condition: RightsCondition): Fragment {
  switch (condition.kind) {
    case 'all':
      return condition.of.length === 0 ? raw('1 = 1') : sql`(${join(condition.of.map(rightsSql), ' AND ')})`
    case 'any':
      return condition.of.length === 0 ? FALSE : sql`(${join(condition.of.map(rightsSql), ' OR ')})`
    case 'absent':
      return raw(`${COLUMNS[condition.field]} IS NULL`)
    case 'not-after':
      return sql`${raw(COLUMNS[condition.field])} <= ${condition.value}`
    case 'in':
      return among(COLUMNS[condition.field], condition.values)
    case 'named':
      return condition.names.length === 0
        ? FALSE
        : sql`EXISTS (SELECT 1 FROM rights_names n WHERE n.rights_id = r.rights_id
            AND n.kind = ${raw(condition.list === 'users' ? "'user'" : "'group'")} AND ${among('n.name', condition.names)})`
  }
}
