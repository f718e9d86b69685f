// How long an answer may live, at the client and in our tiers: a pure rule from what it is and how it was allowed.
// No answer outlives its permission: a token's end caps `max-age`, a refusal is never kept.

import type { Decision } from '#src/rights'

/** Bytes of a generation never change; what describes them (properties, MOC, lists) may at the next publication. */
export type ResourceKind = 'tile' | 'cutout' | 'description'

export interface Freshness {
  /** The `Cache-Control` for the client. */
  readonly cacheControl: string
  /** Seconds a tier of ours may keep the bytes (its key holds no identity, rights are decided on every request). */
  readonly tierS: number
  /** What the answer varies with, beside what CORS adds. */
  readonly vary: readonly string[]
}

const CLIENT_S: Record<ResourceKind, number> = { tile: 86_400, cutout: 3_600, description: 300 }
const PRIVATE_S: Record<ResourceKind, number> = { tile: 3_600, cutout: 600, description: 60 }
const TIER_S: Record<ResourceKind, number> = { tile: 30 * 86_400, cutout: 86_400, description: 300 }
/** How long a client may show what it has while it asks again. */
const STALE_S = 3_600

export function freshness(kind: ResourceKind, decision: Decision, nowMs: number): Freshness {
  if (decision.outcome === 'deny') return { cacheControl: 'no-store', tierS: 0, vary: ['Authorization', 'Cookie'] }
  if (decision.public) {
    const stale = kind === 'tile' ? `, stale-while-revalidate=${STALE_S}` : ''
    return { cacheControl: `public, max-age=${CLIENT_S[kind]}${stale}`, tierS: TIER_S[kind], vary: [] }
  }
  const left = decision.untilMs === undefined ? PRIVATE_S[kind] : Math.floor((decision.untilMs - nowMs) / 1000)
  const maxAge = Math.max(0, Math.min(PRIVATE_S[kind], left))
  return {
    cacheControl: `private, max-age=${maxAge}, must-revalidate`,
    tierS: TIER_S[kind],
    vary: ['Authorization', 'Cookie'],
  }
}
