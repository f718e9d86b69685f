// How long an answer may live, at the client and in our tiers: a pure rule from what it is and how it was allowed.
// No answer outlives its permission: a token's end caps `max-age`, a refusal is never kept.

import type { Decision } from '#src/rights'

/** Bytes of a generation never change; what describes them (properties, MOC, lists) may at the next publication. */
export type ResourceKind = 'tile' | 'cutout' | 'description'

export interface Freshness {
  /** The `Cache-Control` for the client. */
  readonly cacheControl: string
  /** What the answer varies with, beside what CORS adds. */
  readonly vary: readonly string[]
}

const CLIENT_S: Record<ResourceKind, number> = { tile: 86_400, cutout: 3_600, description: 300 }
const PRIVATE_S: Record<ResourceKind, number> = { tile: 3_600, cutout: 600, description: 60 }
/** How long a client may show what it has while it asks again. */
const STALE_S = 3_600

/** What says who asks: an answer that depends on it varies with these. */
export const BY_CALLER: readonly string[] = ['Authorization', 'Cookie']

export function freshness(kind: ResourceKind, decision: Decision, nowMs: number): Freshness {
  if (decision.outcome === 'deny') return { cacheControl: 'no-store', vary: BY_CALLER }
  if (decision.public) {
    const stale = kind === 'tile' ? `, stale-while-revalidate=${STALE_S}` : ''
    return { cacheControl: `public, max-age=${CLIENT_S[kind]}${stale}`, vary: [] }
  }
  const left = decision.untilMs === undefined ? PRIVATE_S[kind] : Math.floor((decision.untilMs - nowMs) / 1000)
  const maxAge = Math.max(0, Math.min(PRIVATE_S[kind], left))
  return { cacheControl: `private, max-age=${maxAge}, must-revalidate`, vary: BY_CALLER }
}

/**
 * What may be done with a copy in our tiers (RFC 5861, by our own bookkeeping as no Cache API does it): `fresh` is used
 * unasked; `aging` is shown at once while it is asked for again; `stale` is shown only when the origin does not answer;
 * `gone` is not shown.
 */
export type TierAge = 'fresh' | 'aging' | 'stale' | 'gone'

/** Beyond its freshness, ms. */
const WHILE_REVALIDATED_MS = 300_000
const IF_ERROR_MS = 7 * 86_400_000

/** `ageMs` since the origin last gave or confirmed it. */
export function tierAge(ageMs: number, freshMs: number): TierAge {
  if (ageMs < freshMs) return 'fresh'
  // `no-cache`: never without asking.
  if (freshMs > 0 && ageMs < freshMs + WHILE_REVALIDATED_MS) return 'aging'
  return ageMs < freshMs + IF_ERROR_MS ? 'stale' : 'gone'
}

/** Requests that overlap disagree about now by no more than this. */
const TOGETHER_MS = 5_000

/**
 * Milliseconds since a moment that was noted. One that is yet to come was noted by another machine's clock, or by ours
 * before it was set back: it tells nothing, and what it was noted of is as old as anything (Infinity).
 */
export const sinceMs = (thenMs: number, nowMs: number): number =>
  thenMs > nowMs + TOGETHER_MS ? Number.POSITIVE_INFINITY : nowMs - thenMs
