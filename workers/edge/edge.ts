// The edge as a function from request to response: what lives as long as the isolate, and the way in.

import { MAPS_PATH, PRODUCT_PATH } from '#src/services'
import { createApp, methodsOf } from './app.ts'
import { Counters } from './cache/counters.ts'
import { MemoryTier } from './cache/memory-tier.ts'
import { RecentMap } from './cache/recent-map.ts'
import { storedTiers } from './cache/stored-tiers.ts'
import { preflight } from './cors.ts'
import type { Settings } from './env.ts'
import { SingleFlight } from './flight/single-flight.ts'
import { Jwks, parseJwks } from './identity/jwks.ts'
import { TokenVerifier } from './identity/verify.ts'
import { Known, type Told } from './knowledge/known.ts'
import { parseManifest } from './knowledge/maps.ts'
import { parseProduct } from './knowledge/products.ts'
import { cleanPath, rawPath, rawQuery } from './path.ts'
import { ask, OriginAway } from './pipeline/forward.ts'
import { problem } from './problem.ts'
import { HIPS, hips } from './routes/hips.ts'
import { PackTiles } from './storage/pack-tiles.ts'
import { type Edge, requestIdOf, type Visit } from './visit.ts'

type Waiter = Pick<ExecutionContext, 'waitUntil'>

/** Rights and generations may be this old, and 2 s more while they are renewed: a purge is seen within 5 s. */
const FACTS_FRESH_MS = 2_000
const KEYS_FRESH_MS = 300_000
/** The origin has them in memory; an origin that is slower is an origin that is away. */
const FACTS_TIMEOUT_MS = 5_000

/** What needs no waiting comes without a promise. */
export type Fetch = (request: Request, context: Waiter) => Response | Promise<Response>

export function createEdge(settings: Settings, { clock = Date.now }: { clock?: () => number } = {}): Fetch {
  const jwks = new Jwks(
    new Known({
      name: 'jwks',
      load: (_, visit, etag) => textAt(visit, '/.well-known/jwks.json', { etag }),
      parse: parseJwks,
      freshMs: KEYS_FRESH_MS,
    }),
  )
  const edge: Edge = {
    settings,
    clock,
    memory: new MemoryTier(settings.memoryBytes),
    stored: storedTiers(settings),
    counters: new Counters(),
    flights: new SingleFlight(clock),
    maps: new Known({
      name: 'maps',
      load: (_, visit, etag) => textAt(visit, MAPS_PATH, { etag }),
      parse: parseManifest,
      freshMs: FACTS_FRESH_MS,
    }),
    products: new Known({
      name: 'product',
      load: (id, visit) => textAt(visit, `${PRODUCT_PATH}?id=${encodeURIComponent(id)}`, { absent: 'null' }),
      parse: parseProduct,
      freshMs: FACTS_FRESH_MS,
    }),
    tokens: new TokenVerifier(settings, jwks),
    packs: settings.openPack && new PackTiles(settings.openPack, { clock }),
    confirmed: new RecentMap(2_000),
    respond: (visit) => respond(visit, app),
    failed: new RecentMap(2_000),
  }
  const app = createApp()

  return (request, context) => {
    const path = cleanPath(rawPath(request.url))
    const visit: Visit = {
      edge,
      request,
      method: request.method,
      path: path ?? '/',
      query: rawQuery(request.url),
      nowMs: clock(),
      hasCookie: request.headers.has('cookie'),
      requestId: requestIdOf(request.headers),
      waitUntil: (work) => context.waitUntil(work),
    }
    if (path === undefined)
      return problem(visit, 400, 'the address holds dot segments or characters that no address has')
    const host = request.headers.get('host')
    if (host !== null && !HOST.test(host)) return problem(visit, 400, 'the request names no usable host')
    return respond(visit, app)
  }
}

/** A name or an address, and a port: what else is in it would become part of the address that is asked for. */
const HOST = /^(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?$/

function respond(visit: Visit, app: ReturnType<typeof createApp>): Response | Promise<Response> {
  try {
    const answer = route(visit, app)
    return answer instanceof Response ? answer : answer.catch((error) => failure(error, visit))
  } catch (error) {
    return failure(error, visit)
  }
}

function route(visit: Visit, app: ReturnType<typeof createApp>): Response | Promise<Response> {
  const { method, path } = visit
  if ((method === 'GET' || method === 'HEAD') && path.startsWith(HIPS)) return hips(visit)
  const methods = methodsOf(path)
  if (method === 'OPTIONS') return preflight(visit, methods)
  if (!methods.split(', ').includes(method))
    return problem(visit, 405, `${method} means nothing here`, { allow: methods })
  // Hono routes by a request's own address: it is given the canonical one.
  return app.fetch(new Request(`http://edge${path}`, { method: routed(method) }), visit)
}

/** HEAD is GET without the body: the pipeline knows from the visit. */
const routed = (method: string) => (method === 'HEAD' ? 'GET' : method)

function failure(error: unknown, visit: Visit): Response {
  if (error instanceof OriginAway)
    return problem(visit, error.status, error.message, { 'retry-after': String(error.retryAfterS) })
  console.error(JSON.stringify({ requestId: visit.requestId, path: visit.path, error: String(error) }))
  return problem(visit, 500, 'the edge failed to answer; its log knows the request id')
}

interface TextOptions {
  /** Stands for a 404. */
  readonly absent?: string
  /** Of what is known; empty when nothing is. */
  readonly etag?: string
}

/** A fact of the origin as JSON text. A manifest may be megabytes and is asked for every two seconds: by its ETag. */
async function textAt(visit: Visit, path: string, { absent, etag }: TextOptions): Promise<Told> {
  const headers = etag ? { 'if-none-match': etag } : undefined
  const response = await ask(visit, path, { timeoutMs: FACTS_TIMEOUT_MS, headers })
  if (response.status === 200) return { text: await response.text(), etag: response.headers.get('etag') ?? '' }
  response.body?.cancel().catch(() => undefined)
  if (response.status === 304 && etag) return 'unchanged'
  if (response.status === 404 && absent !== undefined) return { text: absent, etag: '' }
  throw new OriginAway(502, `the origin answered ${response.status} where it tells what it has`)
}
