// How often each tier had what was asked, by kind and HEALPix order. A table of fixed size: whatever is asked for,
// it does not grow. Of this isolate, since it began; sums over isolates are the business of who collects them.

import type { CacheName, CacheStep, ResourceKind } from '#src/caching'

const TIERS = ['isolate', 'colo', 'region', 'store', 'origin'] as const satisfies readonly CacheName[]
const KINDS = ['tile', 'cutout', 'description'] as const satisfies readonly ResourceKind[]
/** `stale`: answered with something old. `absent`: known not to exist. `away`: it did not answer. */
const OUTCOMES = ['hit', 'miss', 'stale', 'absent', 'away'] as const
export type TierOutcome = (typeof OUTCOMES)[number]

/** Orders 0 to 29, and one place for what has none. */
const ORDERS = 31
const NO_ORDER = 30

export interface Count {
  readonly tier: CacheName
  readonly kind: ResourceKind
  readonly order?: number
  readonly outcome: TierOutcome
  readonly count: number
}

export class Counters {
  readonly #counts = new Float64Array(TIERS.length * KINDS.length * ORDERS * OUTCOMES.length)

  count(tier: CacheName, kind: ResourceKind, order: number | undefined, outcome: TierOutcome): void {
    const row = (TIERS.indexOf(tier) * KINDS.length + KINDS.indexOf(kind)) * ORDERS
    const place = order !== undefined && order >= 0 && order < NO_ORDER ? order : NO_ORDER
    this.#counts[(row + place) * OUTCOMES.length + OUTCOMES.indexOf(outcome)]++
  }

  /** What the steps of an answer say, tier by tier. */
  tally(steps: readonly CacheStep[], kind: ResourceKind, order?: number): void {
    for (const { cache, hit, ttlS } of steps)
      this.count(cache, kind, order, hit ? (ttlS !== undefined && ttlS < 0 ? 'stale' : 'hit') : 'miss')
  }

  /** Those that are not zero. */
  *all(): Generator<Count> {
    for (const [at, count] of this.#counts.entries()) {
      if (count === 0) continue
      const place = Math.floor(at / OUTCOMES.length)
      const row = Math.floor(place / ORDERS)
      const order = place % ORDERS
      yield {
        tier: TIERS[Math.floor(row / KINDS.length)],
        kind: KINDS[row % KINDS.length],
        order: order === NO_ORDER ? undefined : order,
        outcome: OUTCOMES[at % OUTCOMES.length],
        count,
      }
    }
  }

  /** By tier and outcome. */
  sums(): Record<string, Record<string, number>> {
    const sums: Record<string, Record<string, number>> = {}
    for (const { tier, outcome, count } of this.all()) {
      sums[tier] ??= {}
      sums[tier][outcome] = (sums[tier][outcome] ?? 0) + count
    }
    return sums
  }
}
