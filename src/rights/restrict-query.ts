// The policy of decide() as a condition on rights: which rows of a table this principal may be shown now. It is data, so
// that a database can take it; `satisfies` reads it without one. Both must agree with decide() on every product: the
// tests hold them to it.

import type { DecideOptions } from './decide.ts'
import { READ_IMAGE } from './decide.ts'
import { isAnonymous, type Principal } from './principal.ts'
import type { ProductRights } from './product-rights.ts'

export type RightsCondition =
  | { readonly kind: 'all' | 'any'; readonly of: readonly RightsCondition[] }
  | { readonly kind: 'absent'; readonly field: 'publicFromMs' | 'embargoUntilMs' }
  /** The field is there and not later than `value` (ms since 1970). */
  | { readonly kind: 'not-after'; readonly field: 'publicFromMs' | 'embargoUntilMs'; readonly value: number }
  | { readonly kind: 'in'; readonly field: 'access' | 'release' | 'owner'; readonly values: readonly string[] }
  /** One of the names is in the list. */
  | { readonly kind: 'named'; readonly list: 'users' | 'groups'; readonly names: readonly string[] }

const all = (...of: RightsCondition[]): RightsCondition => ({ kind: 'all', of })
const any = (...of: RightsCondition[]): RightsCondition => ({ kind: 'any', of })
const NOTHING = any()

/** Listing asks for the same scope as reading, so that what is found can be fetched. */
export function restrictQuery(
  who: Principal,
  nowMs: number,
  { scope = READ_IMAGE }: DecideOptions = {},
): RightsCondition {
  const before = (field: 'publicFromMs' | 'embargoUntilMs'): RightsCondition => ({
    kind: 'not-after',
    field,
    value: nowMs,
  })
  const released = any(
    all({ kind: 'absent', field: 'publicFromMs' }, { kind: 'in', field: 'access', values: ['public'] }),
    before('publicFromMs'),
  )
  return all(
    any({ kind: 'absent', field: 'embargoUntilMs' }, before('embargoUntilMs')),
    any(released, personal(who, nowMs, scope)),
  )
}

function personal(who: Principal, nowMs: number, scope: string): RightsCondition {
  const { sub, groups, dataRights, expiresAtMs } = who
  const expired = expiresAtMs !== undefined && expiresAtMs <= nowMs
  if (isAnonymous(who) || sub === undefined || expired || !who.scopes.includes(scope)) return NOTHING
  return any(
    all(
      { kind: 'in', field: 'access', values: ['level3'] },
      any(
        { kind: 'in', field: 'owner', values: [sub] },
        { kind: 'named', list: 'users', names: [sub] },
        { kind: 'named', list: 'groups', names: groups },
      ),
    ),
    all(
      { kind: 'in', field: 'access', values: ['public', 'proprietary'] },
      { kind: 'in', field: 'release', values: dataRights },
    ),
  )
}

export function satisfies(rights: ProductRights, condition: RightsCondition): boolean {
  switch (condition.kind) {
    case 'all':
      return condition.of.every((part) => satisfies(rights, part))
    case 'any':
      return condition.of.some((part) => satisfies(rights, part))
    case 'absent':
      return rights[condition.field] === undefined
    case 'not-after':
      return (rights[condition.field] ?? Number.POSITIVE_INFINITY) <= condition.value
    case 'in':
      return condition.values.some((value) => value === rights[condition.field])
    case 'named':
      return condition.names.some((name) => (rights[condition.list] ?? []).includes(name))
  }
}
