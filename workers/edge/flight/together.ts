// The isolate's side of a flight that all isolates of a place share: the request for the origin goes to the Durable
// Object of its key. An object that is not heard within a moment, or fails, is done without, and left alone for a while.

import { cacheShard } from '#src/caching'
import type { AskOptions } from '../pipeline/forward.ts'
import { OriginAway, requestTo } from '../pipeline/forward.ts'
import type { Visit } from '../visit.ts'
import { FLIGHT_HEADER, type FlightPlan, type Landing, unframe } from './landing.ts'
import { within } from './single-flight.ts'

/** Objects of a place: each serves hundreds of requests a second. */
const SHARDS = 16
/** Until it says that it is here; it does so before it asks the origin. */
const HEARD_MS = 750
const REST_MS = 10_000
/** Beyond what the origin may take. */
const GRACE_MS = 2_000

let restUntilMs = 0

/** `undefined`: ask alone. */
export async function askTogether(
  visit: Visit,
  path: string,
  plan: FlightPlan,
  options: AskOptions,
): Promise<Landing | undefined> {
  const { settings, clock } = visit.edge
  const { flights } = settings
  if (!flights || clock() < restUntilMs) return undefined
  const late = new AbortController()
  try {
    const place = (visit.request.cf?.colo as string | undefined) ?? settings.region
    const object = flights.get(flights.idFromName(`${place}/${cacheShard(plan.key, SHARDS)}`))
    const headers = { ...options.headers, [FLIGHT_HEADER]: JSON.stringify(plan) }
    const request = requestTo(visit, path, { ...options, headers }, late.signal)
    const heard = await within(object.fetch(request), HEARD_MS)
    const bytes = heard && (await within(heard.arrayBuffer(), plan.timeoutMs + GRACE_MS))
    if (bytes) return unframe(bytes)
  } catch {
    // As if it had not been heard.
  }
  late.abort()
  restUntilMs = clock() + REST_MS
  return undefined
}

/** As `fetch` would have given it. Throws OriginAway. */
export function answerOf(landing: Landing): Response | undefined {
  if (landing.kind === 'away') throw new OriginAway(landing.status, landing.message)
  if (landing.kind !== 'whole') return undefined
  const { status, headers, body } = landing
  const empty = status === 204 || status === 304 || body.byteLength === 0
  return new Response(empty ? null : body, { status, headers: headers as [string, string][] })
}
