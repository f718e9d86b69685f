// What may be told to everybody who may see a thing, so that one answer serves them all: an answer that many share must
// not depend on who happens to ask for it first.

import { decide, READ_IMAGE } from './decide.ts'
import { ANONYMOUS, type Principal } from './principal.ts'
import type { ProductRights } from './product-rights.ts'
import { restrictQuery, satisfies } from './restrict-query.ts'

/** A test of the rights of other things: whether each one who may see this may see them too, now. */
export function seenByHolders(of: ProductRights, nowMs: number): (other: ProductRights) => boolean {
  const isOpen = seenByAll(nowMs)
  if (decide(ANONYMOUS, of, nowMs).outcome === 'allow') return isOpen
  if (of.access !== 'level3') {
    // The least that such a one has.
    const holder: Principal = { sub: '', scopes: [READ_IMAGE], groups: [], dataRights: [of.release] }
    const condition = restrictQuery(holder, nowMs)
    return (other) => isOpen(other) || (other.access !== 'level3' && satisfies(other, condition))
  }
  const named = namesOf(of)
  return (other) =>
    isOpen(other) || (other.access === 'level3' && namesOf(other) === named && nowMs >= (other.embargoUntilMs ?? 0))
}

export function seenByAll(nowMs: number): (other: ProductRights) => boolean {
  const condition = restrictQuery(ANONYMOUS, nowMs)
  return (other) => satisfies(other, condition)
}

const namesOf = ({ owner, users = [], groups = [] }: ProductRights) =>
  JSON.stringify([owner, [...users].sort(), [...groups].sort()])
