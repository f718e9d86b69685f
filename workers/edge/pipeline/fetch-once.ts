// A miss: one request to the origin per key, however many wait for it. Small bodies are shared from memory, larger
// ones through the data centre's cache, the largest are fetched by each on their own and only pass through.

import type { CacheStep } from '#src/caching'
import { ANONYMOUS, type Principal } from '#src/rights'
import { GENERATION_HEADER } from '#src/services'
import { within } from '../flight/single-flight.ts'
import { contentLength, type HeldReply, isHeld, metaOf, type Reply } from '../reply.ts'
import type { Visit } from '../visit.ts'
import { ask, assertPresent, OriginAway } from './forward.ts'
import { HELD_BYTES, keepHeld, keepStream, mayKeep, STORED_BYTES } from './keep.ts'
import { discard, FOR_EVER, type Found, lookupHeld, lookupStored } from './lookup.ts'
import type { Resource } from './serve.ts'

/** What those who wait can use: plain data only. */
export type Outcome =
  | { readonly kind: 'held'; readonly reply: HeldReply }
  | { readonly kind: 'stored' }
  /** Not to be shared: too large, or an answer to one person. */
  | { readonly kind: 'apart' }
  | { readonly kind: 'away'; readonly error: OriginAway }

/** Longer than the origin may take: then a follower goes on its own. */
const FOLLOW_MS = 45_000
/** An origin that is slow is not waited for when there is something to show. */
const PATIENCE_WITH_STALE_MS = 3_000

export async function fetchOnce(resource: Resource, principal: Principal, visit: Visit, stale?: Found): Promise<Found> {
  if (visit.keptOnly && stale) return stale
  if (visit.keptOnly) throw new OriginAway(504, 'no cache of this edge has it')
  try {
    return await fetchShared(resource, principal, visit, stale)
  } catch (error) {
    if (!(error instanceof OriginAway) || !stale) throw error
    const [hit, ...rest] = stale.steps
    return { reply: stale.reply, steps: [{ ...hit, detail: 'origin-away' }, ...rest] }
  }
}

async function fetchShared(resource: Resource, principal: Principal, visit: Visit, stale?: Found): Promise<Found> {
  const { flights } = visit.edge
  const underway = flights.find(resource.key)
  if (underway) return follow(await within(underway, FOLLOW_MS), resource, principal, visit, stale)
  const { key, lifetime } = resource
  if (flights.landedSince(key, visit.nowMs)) {
    // Between our looking and now: a lookup that took its time must not become a second request.
    const landed = lookupHeld(key, lifetime, visit) ?? (await lookupStored(key, lifetime, visit))
    if (landed?.fresh) return landed.fresh
  }

  // The leader's own reply may be a stream, which only it may touch: it does not travel through the flight.
  let own: Found | undefined
  const work = lead(resource, principal, visit, stale).then(
    ({ outcome, found }): Outcome => {
      own = found
      return outcome
    },
    (error): Outcome => {
      if (error instanceof OriginAway) return { kind: 'away', error }
      throw error
    },
  )
  const flight = flights.lead(resource.key, work)
  visit.waitUntil(flight.catch(() => undefined))
  const outcome = await flight
  if (outcome.kind === 'away') throw outcome.error
  return own as Found
}

async function follow(
  outcome: Outcome | undefined,
  resource: Resource,
  principal: Principal,
  visit: Visit,
  stale?: Found,
): Promise<Found> {
  const steps: CacheStep[] = [
    { cache: 'colo', fwd: 'miss' },
    { cache: 'isolate', fwd: 'miss', collapsed: true },
  ]
  if (outcome?.kind === 'away') throw outcome.error
  if (outcome?.kind === 'held') return { reply: outcome.reply, steps }
  if (outcome?.kind === 'stored') {
    const kept = await lookupStored(resource.key, FOR_EVER, visit)
    if (kept?.fresh) return { reply: kept.fresh.reply, steps }
  }
  return (await lead(resource, principal, visit, stale)).found
}

interface Led {
  readonly outcome: Outcome
  readonly found: Found
}

async function lead(resource: Resource, principal: Principal, visit: Visit, stale?: Found): Promise<Led> {
  const etag = stale?.reply.etag
  const stored = await fromStore(resource, visit)
  if (stored) return take(stored, resource, principal, visit)
  const response = await ask(visit, resource.ask, {
    principal: resource.anonymous ? ANONYMOUS : principal,
    ...resource.post,
    headers: { ...resource.post?.headers, ...(etag ? { 'if-none-match': etag } : {}) },
    timeoutMs: stale ? PATIENCE_WITH_STALE_MS : resource.timeoutMs,
  })
  if (response.status === 304 && stale) return confirmed(resource, stale, visit)
  try {
    await assertPresent(response)
  } catch (error) {
    response.body?.cancel().catch(() => undefined)
    throw error
  }
  const led = await take(response, resource, principal, visit)
  discard(stale)
  return led
}

/** A store that fails is a store that has nothing: the origin has everything. */
async function fromStore({ store }: Resource, visit: Visit): Promise<Response | undefined> {
  if (!store) return undefined
  try {
    return await store(visit)
  } catch (error) {
    console.error(JSON.stringify({ requestId: visit.requestId, path: visit.path, store: String(error) }))
    return undefined
  }
}

function confirmed(resource: Resource, stale: Found, visit: Visit): Led {
  visit.edge.confirmed.set(resource.key, visit.nowMs)
  const { reply } = stale
  const steps: CacheStep[] = [{ cache: stale.steps[0].cache, fwd: 'stale', fwdStatus: 304 }, ...stale.steps.slice(1)]
  return { outcome: isHeld(reply) ? { kind: 'held', reply } : { kind: 'stored' }, found: { reply, steps } }
}

async function take(response: Response, resource: Resource, principal: Principal, visit: Visit): Promise<Led> {
  const { status } = response
  const meta = metaOf(response, visit.nowMs)
  const size = contentLength(response.headers) ?? (response.body === null ? 0 : undefined)
  const foreign = response.headers.get(GENERATION_HEADER) ?? resource.generation
  // An answer to this principal alone, or bytes of a generation that the key does not name, are not for others.
  const personal = status === 401 || status === 403
  const decided = resource.control !== 'origin'
  const sound = (status === 200 || status === 404) && foreign === resource.generation
  const keep = sound && mayKeep(meta.cacheControl, { decided })
  const originSteps = fromOrigin(response.headers)
  const miss = (fwdStatus: number, stored: boolean): CacheStep[] => [
    ...originSteps,
    { cache: 'colo', fwd: 'uri-miss', fwdStatus, stored },
    { cache: 'isolate', fwd: 'miss' },
  ]

  if (size !== undefined && size <= HELD_BYTES) {
    const body = await bytesOf(response)
    const reply: HeldReply = { ...meta, etag: meta.etag || (await etagOfBytes(status, body)), body }
    if (keep) keepHeld(resource.key, reply, visit)
    const found = { reply, steps: miss(status, keep) }
    return { outcome: personal ? { kind: 'apart' } : { kind: 'held', reply }, found }
  }
  const passing: Reply = { ...meta, body: response.body as ReadableStream<Uint8Array>, size }
  if (!keep || size === undefined || size > STORED_BYTES || !visit.edge.colo.works)
    return { outcome: { kind: 'apart' }, found: { reply: passing, steps: miss(status, false) } }
  const kept = await keepStream(resource.key, passing, visit)
  if (kept) return { outcome: { kind: 'stored' }, found: { reply: kept, steps: miss(status, true) } }
  // This host keeps nothing, and the body went into the attempt: once, and never again in this isolate.
  const who = resource.anonymous ? ANONYMOUS : principal
  const again = await ask(visit, resource.ask, { principal: who, ...resource.post, timeoutMs: resource.timeoutMs })
  await assertPresent(again)
  return take(again, resource, principal, visit)
}

async function bytesOf(response: Response): Promise<ArrayBuffer> {
  try {
    return await response.arrayBuffer()
  } catch (cause) {
    throw new OriginAway(502, 'the origin broke off its answer', { cause })
  }
}

/** Of the content, where the origin gave none. */
async function etagOfBytes(status: number, body: ArrayBuffer): Promise<string> {
  if (status !== 200) return ''
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body)).subarray(0, 12)
  return `"${Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')}"`
}

/** What the origin says of its own cache (a tile made now, or found on its disk). */
function fromOrigin(headers: Headers): CacheStep[] {
  const said = headers.get('cache-status') ?? ''
  if (!said.startsWith('origin')) return []
  return [{ cache: 'origin', ...(/;\s*hit\b/.test(said) ? { hit: true } : { fwd: 'miss' as const }) }]
}
