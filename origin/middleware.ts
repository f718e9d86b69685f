// What every request passes: an id, the door, security and CORS headers, timing, the log line and the counters.

import { randomUUID } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import { BY_CALLER } from '#src/caching'
import { DaliError } from '#src/dali'
import { BASE_HEADER, EDGE_HEADER } from '#src/services'
import type { OriginDeps, OriginEnv } from './deps.ts'
import { type Caller, createDoor } from './identity/door.ts'
import { createVerifier } from './identity/token.ts'
import { refuse } from './refuse.ts'

type Middleware = MiddlewareHandler<OriginEnv>

/** Labels of the counters; anything else a client may invent is `other`. */
const ROUTES = new Set(
  'soda datalink tap sia caom2 docs openapi.json hips hipslist moc registry footprints collections internal healthz metrics .well-known'.split(
    ' ',
  ),
)

const REQUEST_ID = /^[\w.:-]{1,64}$/

/** The id of the request as it was sent (when it is a plain word) or a new one; a log line and counters at the end. */
export function observed({ log, clock, metrics }: OriginDeps): Middleware {
  return async (c, next) => {
    const sent = c.req.header('x-request-id')
    const requestId = sent && REQUEST_ID.test(sent) ? sent : randomUUID()
    c.set('requestId', requestId)
    const start = performance.now()
    await next()
    // Nobody will take the body of an answer to HEAD: what makes it is told so.
    if (c.req.raw.method === 'HEAD') await c.res.body?.cancel().catch(() => undefined)
    const ms = performance.now() - start
    // Not c.header(): on an answer that is there it makes the whole of it anew, bytes and all.
    c.res.headers.set('X-Request-Id', requestId)
    c.res.headers.append('Server-Timing', `origin;dur=${ms.toFixed(1)}`)
    const first = c.req.path.split('/')[1]
    const known = ROUTES.has(first) ? first : 'other'
    metrics.add('skyedge_requests_total', { route: known, status: c.res.status })
    metrics.add('skyedge_request_seconds_total', { route: known }, ms / 1000)
    // The path without its query: what a client put there by mistake is not ours to keep.
    const { principal, from } = c.var.caller ?? {}
    const level = c.res.status >= 500 ? 'error' : 'info'
    log[level](
      {
        requestId,
        at: clock(),
        method: c.req.method,
        path: c.req.path.slice(0, 512),
        status: c.res.status,
        ms: Math.round(ms * 10) / 10,
        from,
        user: principal?.sub,
        runId: c.var.runId,
      },
      'request',
    )
  }
}

/** Leaves `c.var.caller`; a bad token or a false edge ends here. */
export function door({ edgeSecret, tokens, config, clock }: OriginDeps): Middleware {
  const identify = createDoor(edgeSecret, createVerifier(tokens, config))
  return async (c, next) => {
    const caller = await identify((name) => c.req.header(name), clock())
    if (caller === 'bad-token')
      return refuse(c, new DaliError('authentication', 'the token is not valid'), { error: 'invalid_token' })
    if (caller === 'bad-edge') return refuse(c, new DaliError('authorization', 'not one of our edges'))
    if (isForged(c, caller))
      return refuse(c, new DaliError('authorization', 'another site may not act with the cookie of a user'))
    c.set('caller', caller)
    await next()
  }
}

/**
 * A page of another site made the browser send this, and only a cookie says who asks: reading is CORS's business, but
 * changing (a job made, started, deleted) would be done. Edges see to it themselves.
 */
function isForged(c: Context, { from, principal }: Caller): boolean {
  if (from === 'edge' || principal.sub === undefined || c.req.header('authorization')) return false
  if (['GET', 'HEAD', 'OPTIONS'].includes(c.req.method)) return false
  const page = c.req.header('origin')
  if (page !== undefined) return !URL.canParse(page) || new URL(page).host !== c.req.header('host')
  return ['cross-site', 'same-site'].includes(c.req.header('sec-fetch-site') ?? '')
}

const EXPOSED =
  'Accept-Ranges, Cache-Status, Content-Disposition, Content-Length, Content-Range, ETag, Last-Modified, Link, Server-Timing, X-Request-Id'

/** CORS only where we are asked directly: an edge writes its own. No credentials: cookies are the edge's business. */
export const cors: Middleware = async (c, next) => {
  const direct = !c.req.header(EDGE_HEADER)
  const preflight = c.req.method === 'OPTIONS' && c.req.header('access-control-request-method') !== undefined
  if (direct && preflight) {
    return c.body(null, 204, {
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Allow-Methods': 'GET, HEAD, POST, DELETE',
      'Access-Control-Allow-Headers':
        'Authorization, Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Range, Range, X-Request-Id',
      'Access-Control-Max-Age': '86400',
    })
  }
  await next()
  if (!direct) return
  c.res.headers.set('Access-Control-Allow-Origin', '*')
  c.res.headers.set('Access-Control-Expose-Headers', EXPOSED)
}

/** No name here holds the character NUL, and PostgreSQL breaks off at a text that does. */
export const readable: Middleware = async (c, next) => {
  if (/%00/.test(c.req.url)) return refuse(c, new DaliError('usage', 'an address holds no character NUL (%00)'))
  await next()
}

/** A page that shows something sets its own policy; nothing else here is to be run or framed. */
export const secured: Middleware = async (c, next) => {
  await next()
  const { headers } = c.res
  const put = (name: string, value: string) => {
    if (!headers.has(name)) headers.set(name, value)
  }
  put('Server', 'Skyedge')
  put('X-Content-Type-Options', 'nosniff')
  put('Referrer-Policy', 'no-referrer')
  put('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'")
  put('Cross-Origin-Resource-Policy', 'cross-origin')
}

/** The answer depends on who asks: caches are told so. */
export function varyByCaller(c: Context<OriginEnv>): void {
  for (const name of BY_CALLER) c.header('Vary', name, { append: true })
}

/** The node's address as its clients see it: what an edge says it was asked as, else the Host that we were. */
export function publicBase(c: Context<OriginEnv>): string {
  const edge = c.var.caller.from === 'edge' ? c.req.header(BASE_HEADER) : undefined
  const base = edge ?? `http://${c.req.header('host') ?? ''}`
  if (!/^https?:\/\/(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(base))
    throw new DaliError('usage', 'the request names no usable host')
  return base
}
