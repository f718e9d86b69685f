// Everything else the origin has. Documents that are the same for everybody are kept (asked for as nobody); what
// depends on who asks, or on this moment, goes through with the caller's principal and is kept by nobody.

import { BY_CALLER } from '#src/caching'
import { isAnonymous, type ProductRights } from '#src/rights'
import { TAP_LIMITS } from '#src/services'
import { JOBS_COOKIE, knownJobs } from '#src/uws'
import { isForged } from '../cors.ts'
import { badToken } from '../pipeline/authorise.ts'
import { ask, assertPresent } from '../pipeline/forward.ts'
import { identify } from '../pipeline/identify.ts'
import { lifetimeS } from '../pipeline/keep.ts'
import { serve } from '../pipeline/serve.ts'
import { common, type HeaderTable, problem } from '../problem.ts'
import { baseOf, type Visit } from '../visit.ts'

const EVERYBODY: ProductRights = { access: 'public', release: '' }
/** Unasked, when the origin says nothing; and at most, whatever it says. */
const DOCUMENT_S = 30
const LONGEST_S = 300
const LIVE_TIMEOUT_MS = 300_000
const MAX_BODY_BYTES = TAP_LIMITS.requestBytes

interface DocumentOptions {
  /** It shows what the caller may see, as these select it. Other parameters are dropped: each spelling would be a copy. */
  readonly parameters?: readonly string[]
  /** Further headers of the request that the address was made of. */
  readonly vary?: readonly string[]
}

export async function document(visit: Visit, { parameters, vary = [] }: DocumentOptions = {}): Promise<Response> {
  // Somebody who signed in may see more than the kept copy shows.
  if (parameters && (await isSomebody(visit))) return live(visit)
  const query = selected(visit.query, parameters ?? [])
  const address = `${visit.path}${query ? `?${query}` : ''}`
  return serve(
    {
      kind: 'description',
      // The origin writes this edge's address into documents: another name or scheme of it is another document.
      key: `https://cache.skyedge/document/${encodeURIComponent(baseOf(visit))}${address}`,
      rights: EVERYBODY,
      ask: address,
      lifetime: ({ cacheControl }) => 1000 * Math.min(LONGEST_S, lifetimeS(cacheControl, DOCUMENT_S)),
      anonymous: true,
      control: 'origin',
      vary: parameters ? [...vary, ...BY_CALLER] : vary,
    },
    visit,
  )
}

async function isSomebody(visit: Visit): Promise<boolean> {
  const identity = await identify(visit)
  return identity.unchecked === undefined && !isAnonymous(identity.principal)
}

/** The client's headers that a live answer may depend on. */
const ASKED = ['accept', 'content-type', 'if-none-match', 'if-modified-since', 'range', 'if-range'] as const
/** The origin's headers that reach the client. */
const TOLD = [
  'accept-ranges',
  'allow',
  'cache-control',
  'content-disposition',
  'content-length',
  'content-range',
  'content-security-policy',
  'content-type',
  'etag',
  'last-modified',
  'link',
  'retry-after',
  'server',
  'www-authenticate',
] as const

const JOB_LIST = /^\/(?:tap|soda|recreate)\/async\/?$/

export async function live(visit: Visit): Promise<Response> {
  if (isForged(visit)) return problem(visit, 403, 'another site may not act with the cookie of a user')
  // A body goes on in chunks: what it says of its own length is looked at here.
  if (Number(visit.request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES)
    return problem(visit, 413, `a request may have ${MAX_BODY_BYTES} bytes`)
  const identity = await identify(visit)
  if (identity.problem) return badToken(identity.problem, visit, { dali: true })
  if (identity.unchecked) throw identity.unchecked
  const { request, method, path, query, edge } = visit
  const headers: HeaderTable = {}
  for (const name of ASKED) {
    const value = request.headers.get(name)
    if (value !== null) headers[name] = value
  }
  // A job list is shown by the ids that its client carries; no other cookie is the origin's business.
  const known = JOB_LIST.test(path) ? knownJobs(request.headers.get('cookie')) : []
  if (known.length > 0) headers.cookie = `${JOBS_COOKIE}=${known.join('.')}`
  const response = await ask(visit, `${path}${query ? `?${query}` : ''}`, {
    method,
    principal: identity.principal,
    headers,
    // A body on a GET means nothing (RFC 9110 §9.3.1), and fetch refuses to send one.
    body: method === 'GET' || method === 'HEAD' ? null : request.body,
    timeoutMs: LIVE_TIMEOUT_MS,
  })
  // A service that says in its own words that it took too long is there.
  const spoken = response.headers.get('content-type')?.startsWith('application/x-votable+xml')
  if (!spoken && (response.status === 502 || response.status === 504)) await assertPresent(response)
  const answered: HeaderTable = { 'cache-control': 'no-store', 'cache-status': 'isolate; fwd=bypass' }
  for (const name of TOLD) {
    const value = response.headers.get(name)
    if (value !== null) answered[name] = value
  }
  const location = response.headers.get('location')
  if (location !== null) answered.location = here(location, edge.settings.originUrl, visit)
  const given = response.headers.get('set-cookie')
  if (given?.startsWith(`${JOBS_COOKIE}=`) && JOB_LIST.test(path)) answered['set-cookie'] = given
  Object.assign(answered, common(visit, response.headers.get('vary') ?? BY_CALLER.join(', ')))
  return new Response(response.body, { status: response.status, headers: answered })
}

/** A redirect to the origin becomes one to this edge. */
function here(location: string, originUrl: string, visit: Visit): string {
  return location.startsWith(`${originUrl}/`) ? baseOf(visit) + location.slice(originUrl.length) : location
}

/** One spelling for equal queries: of each name the first value, which is the one that the origin reads. */
function selected(query: string, names: readonly string[]): string {
  const given = new URLSearchParams(query)
  const kept = new URLSearchParams()
  for (const name of names) {
    const value = given.get(name)
    if (value !== null) kept.append(name, value)
  }
  kept.sort()
  return kept.toString()
}
