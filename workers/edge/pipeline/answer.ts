// A reply for one client: conditions, ranges, HEAD, and the headers that tell how it came about.

import {
  cacheStatus,
  contentRange,
  evaluate,
  type Freshness,
  parseRange,
  rangeApplies,
  unsatisfiedRange,
} from '#src/caching'
import { common, type HeaderTable, problem } from '../problem.ts'
import { type HeldReply, isHeld, type Reply, sizeOf } from '../reply.ts'
import { slice } from '../slice.ts'
import type { Visit } from '../visit.ts'
import { type Found, ISOLATE_HIT } from './lookup.ts'
import type { Resource } from './serve.ts'

export function answer(found: Found, resource: Resource, fresh: Freshness, visit: Visit): Response {
  const { reply } = found
  const lookup = (name: string) => visit.request.headers.get(name)
  const condition = reply.status === 200 ? evaluate(lookup, reply) : 'proceed'
  if (condition === 'proceed' && isHeld(reply) && isAlike(found, resource, fresh, visit) && lookup('range') === null)
    return again(found, reply, resource, fresh, visit)

  const headers = describe(found, resource, fresh, visit)
  if (reply.status !== 200) return pass(reply, resource, headers, visit)
  if (condition === 'precondition-failed') {
    drop(reply)
    return problem(visit, 412, 'the stored answer is not the one that was named')
  }
  if (condition === 'not-modified') {
    drop(reply)
    delete headers['content-type']
    return new Response(null, { status: 304, headers })
  }
  const size = sizeOf(reply)
  const asked = lookup('range')
  if (asked !== null && size !== undefined && rangeApplies(lookup, reply)) {
    const range = parseRange(asked, size)
    if (range.kind === 'unsatisfiable') {
      drop(reply)
      return problem(visit, 416, `the answer has ${size} bytes`, { 'content-range': unsatisfiedRange(size) })
    }
    if (range.kind === 'part') {
      headers['content-range'] = contentRange(range.start, range.end, size)
      headers['content-length'] = String(range.end - range.start)
      const part = visit.method === 'HEAD' ? drop(reply) : slice(reply, range.start, range.end)
      return new Response(part, { status: 206, headers })
    }
  }
  if (size !== undefined) headers['content-length'] = String(size)
  return new Response(visit.method === 'HEAD' ? drop(reply) : whole(reply), { status: 200, headers })
}

/** Header tables of held tiles: handing workerd a dozen strings again on every hit cost a third of the request. */
const tables = new WeakMap<HeldReply, Headers>()

/** A public tile from the isolate, for a client without cookies: two such answers differ by id, and perhaps by timing. */
const isAlike = ({ reply, steps }: Found, { kind }: Resource, { vary }: Freshness, { hasCookie, method }: Visit) =>
  steps === ISOLATE_HIT &&
  kind === 'tile' &&
  reply.status === 200 &&
  vary.length === 0 &&
  !hasCookie &&
  method === 'GET'

function again(found: Found, reply: HeldReply, resource: Resource, fresh: Freshness, visit: Visit): Response {
  let table = tables.get(reply)
  if (!table) {
    table = new Headers(describe(found, resource, fresh, visit))
    table.set('server-timing', took(0))
    tables.set(reply, table)
  }
  table.set('x-request-id', visit.requestId)
  const response = new Response(reply.body, { headers: table })
  // Rarely: the manifest or the issuer's keys were waited for.
  const ms = visit.edge.clock() - visit.nowMs
  if (ms > 0) response.headers.set('server-timing', took(ms))
  return response
}

const took = (ms: number) => `edge;dur=${Math.max(0, ms)}`

function describe({ reply, steps }: Found, resource: Resource, fresh: Freshness, visit: Visit): HeaderTable {
  const vary = [...(resource.vary ?? []), ...fresh.vary]
  const headers: HeaderTable = {
    ...reply.extra,
    'accept-ranges': 'bytes',
    'cache-control': (resource.control === 'origin' && reply.cacheControl) || fresh.cacheControl,
    'cache-status': cacheStatus(steps),
    'content-type': reply.contentType,
    'server-timing': took(visit.edge.clock() - visit.nowMs),
    ...common(visit, vary.length > 0 ? vary.join(', ') : undefined),
  }
  if (reply.etag) headers.etag = reply.etag
  if (reply.lastModified) headers['last-modified'] = reply.lastModified
  if (reply.disposition) headers['content-disposition'] = reply.disposition
  return headers
}

/** An answer of the origin that is no 200: its status and words, for nobody to keep. */
function pass(reply: Reply, resource: Resource, headers: HeaderTable, visit: Visit): Response {
  const kept = reply.status === 404 && resource.kind === 'tile'
  headers['cache-control'] = kept ? 'public, max-age=10' : 'no-store'
  delete headers['accept-ranges']
  if (reply.location) headers.location = reply.location
  const empty = reply.status === 204 || reply.status === 304 || visit.method === 'HEAD'
  const size = sizeOf(reply)
  if (size !== undefined && reply.status !== 204) headers['content-length'] = String(size)
  return new Response(empty ? drop(reply) : whole(reply), { status: reply.status, headers })
}

/** A stream of known length says so, or the client would get it chunked. */
function whole(reply: Reply): BodyInit {
  if (isHeld(reply) || reply.size === undefined || reply.sized) return reply.body
  const { readable, writable } = new FixedLengthStream(reply.size)
  reply.body.pipeTo(writable).catch(() => undefined)
  return readable
}

/** Lets go of a body that nobody will read. */
function drop(reply: Reply): null {
  if (!isHeld(reply)) reply.body.cancel().catch(() => undefined)
  return null
}
