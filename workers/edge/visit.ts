// One request at the edge: what the pipeline's steps need of it, read once.

import type { Principal } from '#src/rights'
import type { Counters } from './cache/counters.ts'
import type { MemoryTier } from './cache/memory-tier.ts'
import type { RecentMap } from './cache/recent-map.ts'
import type { Tier } from './cache/tier.ts'
import type { Settings } from './env.ts'
import type { SingleFlight } from './flight/single-flight.ts'
import type { TokenVerifier } from './identity/verify.ts'
import type { Known } from './knowledge/known.ts'
import type { Manifest } from './knowledge/maps.ts'
import type { ProductFacts } from './knowledge/products.ts'
import type { Outcome } from './pipeline/take.ts'
import type { PackTiles } from './storage/pack-tiles.ts'

/** What lives as long as the isolate. */
export interface Edge {
  readonly settings: Settings
  /** Unix ms. */
  readonly clock: () => number
  readonly memory: MemoryTier
  /** Beyond the isolate, the nearest first: the data centre, and the region where there is one. */
  readonly stored: readonly Tier[]
  readonly counters: Counters
  readonly flights: SingleFlight<Outcome>
  readonly maps: Known<Manifest>
  readonly products: Known<ProductFacts | undefined>
  readonly tokens: TokenVerifier
  /** The object store of packed maps, where there is one. */
  readonly packs?: PackTiles
  /** When a stored document was last confirmed by the origin (304), Unix ms by key. */
  readonly confirmed: RecentMap<number>
  /** The answer to a visit, whoever makes it: never throws. */
  respond(visit: Visit): Response | Promise<Response>
  /** When the origin last failed to confirm what is shown old, Unix ms by key. */
  readonly failed: RecentMap<number>
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
  /** Known without a token: set by the edge itself, never from a request. */
  readonly principal?: Principal
  /** What no tier has is a 504, as if the client had said `only-if-cached` (RFC 9111 §5.2.1.7). */
  readonly keptOnly?: boolean
  waitUntil(work: Promise<unknown>): void
}

/** As the client sent it, where it is harmless to repeat; else made. */
export function requestIdOf(headers: Headers): string {
  const sent = headers.get('x-request-id')
  return sent !== null && /^[\w.:-]{1,64}$/.test(sent) ? sent : madeId()
}

/** A random UUID of the isolate whose last twelve digits count: to draw one for each request costs more than a lookup. */
function madeId(): string {
  isolateId ??= crypto.randomUUID().slice(0, -COUNT_DIGITS)
  made++
  return isolateId + (16 ** COUNT_DIGITS + made).toString(16).slice(1)
}

const COUNT_DIGITS = 12
/** Workers may draw random numbers only while they answer. */
let isolateId: string | undefined
let made = 0

/** The address that clients know this edge by: as they asked, or the operator's word where a proxy in front ends TLS. */
export const baseOf = ({ edge, request }: Pick<Visit, 'edge' | 'request'>): string =>
  edge.settings.publicUrl ?? new URL(request.url).origin
