// A miss: one request to the origin per key, however many wait for it. Small bodies are shared from memory, larger
// ones through the data centre's cache, the largest are fetched by each on their own and only pass through.

import { type CacheStep, sinceMs } from '#src/caching'
import { ANONYMOUS, type Principal } from '#src/rights'
import type { FlightPlan } from '../flight/landing.ts'
import { within } from '../flight/single-flight.ts'
import { answerOf, askTogether } from '../flight/together.ts'
import { isHeld } from '../reply.ts'
import type { Visit } from '../visit.ts'
import { type AskOptions, ask, assertPresent, ORIGIN_TIMEOUT_MS, OriginAway } from './forward.ts'
import { discard, FOR_EVER, type Found, lookupBeyond, lookupColo, lookupHeld, said } from './lookup.ts'
import type { Resource } from './serve.ts'
import { FROM_STORE, fromOrigin, type Led, type Outcome, take } from './take.ts'

/** Longer than the origin may take: then a follower goes on its own. */
const FOLLOW_MS = 45_000
/** An origin that is slow is not waited for when there is something to show. */
const PATIENCE_WITH_STALE_MS = 1_500
/** What it failed to answer it is not asked again for so long, when there is something to show. */
const REST_MS = 2_000

export async function fetchOnce(resource: Resource, principal: Principal, visit: Visit, stale?: Found): Promise<Found> {
  if (visit.keptOnly && stale) return stale
  if (visit.keptOnly) throw new OriginAway(504, 'no cache of this edge has it')
  try {
    if (stale && isResting(resource, visit)) return shownAway(stale)
    const found = await fetchShared(resource, principal, visit, stale)
    if (stale && found.reply !== stale.reply) discard(stale)
    return found
  } catch (error) {
    if (!(error instanceof OriginAway) || !stale) throw error
    visit.edge.failed.set(resource.key, visit.edge.clock())
    return shownAway(stale)
  }
}

/** What is aging is shown at once, and asked for again in the background: by one at a time. */
export function renewLater(resource: Resource, principal: Principal, visit: Visit, aging: Found): Found {
  const { flights, failed, clock } = visit.edge
  if (!flights.find(resource.key) && !isResting(resource, visit)) {
    const work = askOrigin(resource, principal, visit, aging).then(
      ({ outcome, found }): Outcome => {
        if (found.reply !== aging.reply) discard(found)
        return outcome
      },
      (error): Outcome => {
        if (!(error instanceof OriginAway)) throw error
        failed.set(resource.key, clock())
        return { kind: 'away', error }
      },
    )
    visit.waitUntil(flights.lead(resource.key, work).catch(() => undefined))
  }
  return { reply: aging.reply, steps: said(aging.steps, { detail: 'stale-while-revalidate' }) }
}

const isResting = ({ key }: Resource, { edge, nowMs }: Visit): boolean =>
  sinceMs(edge.failed.get(key) ?? Number.NEGATIVE_INFINITY, nowMs) < REST_MS

const shownAway = ({ reply, steps }: Found): Found => ({ reply, steps: said(steps, { detail: 'origin-away' }) })

async function fetchShared(resource: Resource, principal: Principal, visit: Visit, stale?: Found): Promise<Found> {
  const { flights } = visit.edge
  const underway = flights.find(resource.key)
  if (underway) return follow(await within(underway, FOLLOW_MS), resource, principal, visit, stale)
  if (flights.landedSince(resource.key, visit.nowMs)) {
    // Between our looking and now: a lookup that took its time must not become a second request.
    const landed = lookupHeld(resource, visit) ?? (await lookupColo(resource, visit))
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
    const kept = await lookupColo({ ...resource, lifetime: FOR_EVER }, visit)
    if (kept?.fresh) return { reply: kept.fresh.reply, steps }
  }
  return (await lead(resource, principal, visit, stale)).found
}

/** What the region has, else what the store or the origin has. */
async function lead(resource: Resource, principal: Principal, visit: Visit, stale?: Found): Promise<Led> {
  const beyond = stale ? undefined : await lookupBeyond(resource, visit)
  const found = beyond?.fresh ?? beyond?.aging
  if (found) return ledOf(found)
  try {
    return await askOrigin(resource, principal, visit, stale ?? beyond?.stale)
  } catch (error) {
    if (!(error instanceof OriginAway) || !beyond?.stale) throw error
    return ledOf(shownAway(beyond.stale))
  }
}

const ledOf = (found: Found): Led => ({
  outcome: isHeld(found.reply) ? { kind: 'held', reply: found.reply } : { kind: 'stored' },
  found,
})

async function askOrigin(resource: Resource, principal: Principal, visit: Visit, stale?: Found): Promise<Led> {
  const { kind, order } = resource
  const { counters } = visit.edge
  const etag = stale?.reply.etag
  const stored = await fromStore(resource, visit)
  if (stored) return take(stored, resource, visit, { giver: FROM_STORE })
  const asked: AskOptions = {
    principal: resource.anonymous ? ANONYMOUS : principal,
    ...resource.post,
    timeoutMs: resource.timeoutMs,
  }
  const alone = () => ask(visit, resource.ask, asked)
  try {
    let response: Response | undefined
    let collapsed = false
    if (stale) {
      const headers = { ...resource.post?.headers, ...(etag ? { 'if-none-match': etag } : {}) }
      response = await ask(visit, resource.ask, { ...asked, headers, timeoutMs: PATIENCE_WITH_STALE_MS })
    } else {
      const landing = await askTogether(visit, resource.ask, planOf(resource), asked)
      collapsed = landing?.shared === true
      if (landing?.kind === 'stored') {
        if (!collapsed) counters.count('origin', kind, order, 'hit')
        const far = (await lookupColo(resource, visit)) ?? (await lookupBeyond(resource, visit))
        if (far?.fresh) return ledOf({ reply: far.fresh.reply, steps: said(far.fresh.steps, { collapsed }) })
      }
      response = landing && answerOf(landing)
    }
    response ??= await alone()
    if (response.status === 304 && stale) return confirmed(resource, stale, visit)
    await assertPresent(response)
    if (!collapsed) counters.count('origin', kind, order, response.status === 404 ? 'absent' : 'hit')
    return await take(response, resource, visit, { giver: fromOrigin(response.headers), again: alone, collapsed })
  } catch (error) {
    if (error instanceof OriginAway) counters.count('origin', kind, order, 'away')
    throw error
  }
}

const planOf = ({ key, generation, control, timeoutMs = ORIGIN_TIMEOUT_MS }: Resource): FlightPlan => ({
  key,
  generation,
  decided: control !== 'origin',
  timeoutMs,
})

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
  visit.edge.counters.count('origin', resource.kind, resource.order, 'hit')
  const { reply } = stale
  const steps: CacheStep[] = [{ cache: stale.steps[0].cache, fwd: 'stale', fwdStatus: 304 }, ...stale.steps.slice(1)]
  return ledOf({ reply, steps })
}
