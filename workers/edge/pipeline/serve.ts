// The story of the edge. The order is the security argument: decide before looking, on every request; the key
// never holds who asks; the stored copy and the answered headers are two things.

import { freshness, type ResourceKind } from '#src/caching'
import { type Allow, ANONYMOUS, decide, type ProductRights } from '#src/rights'
import type { Visit } from '../visit.ts'
import { answer } from './answer.ts'
import { badToken, refuse } from './authorise.ts'
import { fetchOnce, renewLater } from './fetch-once.ts'
import type { AskOptions } from './forward.ts'
import { identify, isStranger } from './identify.ts'
import { type Found, type Lifetime, lookupColo, lookupHeld } from './lookup.ts'

/** Something the origin has, addressed. */
export interface Resource {
  readonly kind: ResourceKind
  /** Names the bytes: a generation and an address, nobody's identity. */
  readonly key: string
  readonly rights: ProductRights
  /** A tile's HEALPix order, for the counters. */
  readonly order?: number
  /** The bytes from an object store, as if the origin had answered (200, ETag, Last-Modified, Content-Length);
   * `undefined`: ask the origin. */
  readonly store?: (visit: Visit) => Promise<Response | undefined>
  /** Path and query at the origin. */
  readonly ask: string
  /** Where the request is too long for a query. */
  readonly post?: Pick<AskOptions, 'method' | 'body' | 'headers'>
  /** In the key; the origin's answer must not name another. */
  readonly generation?: string
  readonly lifetime: Lifetime
  /** Asked of the origin as nobody, so that the kept copy can hold nobody's secrets. */
  readonly anonymous?: boolean
  /** What the answer differs by at its address, for caches in front of us: beside rights, which say it themselves. */
  readonly vary?: readonly string[]
  /** The origin's own Cache-Control is for the client. */
  readonly control?: 'origin'
  /** Faults are DALI's, in text. */
  readonly dali?: boolean
  readonly timeoutMs?: number
}

export function serve(resource: Resource, visit: Visit): Response | Promise<Response> {
  return serveAtOnce(resource, visit) ?? serveInTurn(resource, visit)
}

/**
 * The same story where nothing has to be waited for, which is most requests: a stranger's, who may have what the isolate
 * holds. Promises would cost more than all that is done here.
 */
function serveAtOnce(resource: Resource, visit: Visit): Response | undefined {
  if (!isStranger(visit)) return undefined
  const decision = decide(ANONYMOUS, resource.rights, visit.nowMs)
  if (decision.outcome === 'deny') return undefined
  const found = lookupHeld(resource, visit)?.fresh
  return found && answerFound(found, resource, decision, visit)
}

async function serveInTurn(resource: Resource, visit: Visit): Promise<Response> {
  const identity = await identify(visit)
  if (identity.problem) return badToken(identity.problem, visit, resource)
  const decision = decide(identity.principal, resource.rights, visit.nowMs)
  if (decision.outcome === 'deny') {
    if (identity.unchecked) throw identity.unchecked
    return refuse(decision, visit, resource)
  }

  const looked = lookupHeld(resource, visit) ?? (await lookupColo(resource, visit))
  const found =
    looked?.fresh ??
    (looked?.aging
      ? renewLater(resource, identity.principal, visit, looked.aging)
      : await fetchOnce(resource, identity.principal, visit, looked?.stale))
  return answerFound(found, resource, decision, visit)
}

function answerFound(found: Found, resource: Resource, decision: Allow, visit: Visit): Response {
  visit.edge.counters.tally(found.steps, resource.kind, resource.order)
  return answer(found, resource, freshness(resource.kind, decision, visit.nowMs), visit)
}
