// CORS for browsers, applied after the cache so that what is kept knows no page. Without cookies any page may read;
// with cookies only those that the operator named (CORS_ORIGINS): else any page a user opens could read what they may.
// For these the origin is repeated, as `*` would be refused by the browser.

import type { HeaderTable } from './problem.ts'
import { baseOf, type Visit } from './visit.ts'

const EXPOSED =
  'ETag, Last-Modified, Content-Length, Content-Range, Accept-Ranges, Content-Disposition, Cache-Status, Server-Timing, X-Request-Id, Retry-After, WWW-Authenticate, Location'
const ALLOWED = 'Authorization, Range, If-None-Match, If-Modified-Since, If-Range, Content-Type, X-Request-Id'

/** With the `Vary` that is right: the answer's own words and what CORS adds. */
export function cors({ request, edge, hasCookie }: Visit, vary?: string): HeaderTable {
  const page = hasCookie ? request.headers.get('origin') : null
  const varies = vary ? `${vary}, Origin` : 'Origin'
  if (page !== null && mayCarryCookies(page, edge.settings.corsOrigins))
    return {
      'access-control-allow-origin': page,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': EXPOSED,
      'timing-allow-origin': page,
      vary: varies,
    }
  return {
    'access-control-allow-origin': '*',
    'access-control-expose-headers': EXPOSED,
    'timing-allow-origin': '*',
    vary: varies,
  }
}

/** A browser asks before it sends `Authorization` or `Range`; the day's pause keeps it to one question per address. */
export function preflight(visit: Visit, methods: string): Response {
  const { headers } = visit.request
  const page = headers.get('origin')
  const answer: HeaderTable = {
    allow: methods,
    'access-control-allow-methods': methods,
    'access-control-allow-headers': ALLOWED,
    'access-control-max-age': '86400',
    'cache-control': 'max-age=86400',
    'x-request-id': visit.requestId,
    vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
  }
  // It never carries cookies itself, so it cannot be seen whether the request to come will.
  if (page !== null && mayCarryCookies(page, visit.edge.settings.corsOrigins)) {
    answer['access-control-allow-origin'] = page
    answer['access-control-allow-credentials'] = 'true'
  } else answer['access-control-allow-origin'] = '*'
  return new Response(null, { status: 204, headers: answer })
}

const mayCarryCookies = (page: string, allowed: ReadonlySet<string> | undefined) => allowed?.has(page) === true

/**
 * A page of another site made the browser send this with the user's cookie, and it is no page that the operator named.
 * What only reads is CORS's business; a POST or DELETE would have done its work before CORS hides the answer.
 */
export function isForged(visit: Visit): boolean {
  const { request, hasCookie, edge, method } = visit
  if (!hasCookie || request.headers.has('authorization') || method === 'GET' || method === 'HEAD') return false
  const page = request.headers.get('origin')
  if (page === null) return ['cross-site', 'same-site'].includes(request.headers.get('sec-fetch-site') ?? '')
  return page !== baseOf(visit) && !mayCarryCookies(page, edge.settings.corsOrigins)
}
