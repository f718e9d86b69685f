// One request at the edge: what the pipeline's steps need of it, read once.

import type { EdgeCache } from './cache/edge-cache.ts'
import type { MemoryTier } from './cache/memory-tier.ts'
import type { RecentMap } from './cache/recent-map.ts'
import type { Settings } from './env.ts'
import type { SingleFlight } from './flight/single-flight.ts'
import type { TokenVerifier } from './identity/verify.ts'
import type { Known } from './knowledge/known.ts'
import type { Manifest } from './knowledge/maps.ts'
import type { ProductFacts } from './knowledge/products.ts'
import type { Outcome } from './pipeline/fetch-once.ts'

/** What lives as long as the isolate. */
export interface Edge {
  readonly settings: Settings
  /** Unix ms. */
  readonly clock: () => number
  readonly memory: MemoryTier
  readonly colo: EdgeCache
  readonly flights: SingleFlight<Outcome>
  readonly maps: Known<Manifest>
  readonly products: Known<ProductFacts | undefined>
  readonly tokens: TokenVerifier
  /** When a stored document was last confirmed by the origin (304), Unix ms by key. */
  readonly confirmed: RecentMap<number>
}

export interface Visit {
  readonly edge: Edge
  readonly request: Request
  readonly method: string
  /** Canonical, see path.ts. */
  readonly path: string
  /** As sent, without `?`; never part of a tile's key. */
  readonly query: string
  readonly nowMs: number
  /** Whether the request carries cookies, anyone's. */
  readonly hasCookie: boolean
  readonly requestId: string
  waitUntil(work: Promise<unknown>): void
}

/** As the client sent it, where it is harmless to repeat; else made. */
export function requestIdOf(headers: Headers): string {
  const sent = headers.get('x-request-id')
  return sent !== null && /^[\w.:-]{1,64}$/.test(sent) ? sent : crypto.randomUUID()
}
