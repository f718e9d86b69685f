// The board of all services, in a worker of its own that shares nothing with what it watches: it answers also when
// everything else is down. VOSI XML for the VO, JSON when asked, a page for people.

import { type IRequest, Router } from 'itty-router'
import { availabilityXml } from '#src/vosi'
import { type Board, parseServices } from './board.ts'
import { page } from './page.ts'
import { look } from './probe.ts'

interface Env {
  /** `origin=http://…/healthz edge+eu=http://…/healthz` */
  readonly SERVICES?: string
}

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"

const router = Router<IRequest, [Env]>()
router
  .get('/healthz', (request) => answer(request, 'application/json', '{"status":"ok"}\n'))
  .get('/', show)
  .get('/status', (request, env) => showAs('html', request, env))
  .get('/availability', show)
  .all('*', (request) =>
    answer(request, 'application/problem+json', '{"type":"about:blank","title":"Not found","status":404}\n', 404),
  )

type Form = 'html' | 'json' | 'xml'

function show(request: IRequest, env: Env): Promise<Response> {
  return showAs(formOf(request), request, env)
}

/** What was asked for by name comes first, then what a browser says it likes. */
function formOf({ query, headers }: IRequest): Form {
  const name = Object.keys(query).find((key) => key.toUpperCase() === 'RESPONSEFORMAT')
  const asked = String((name && query[name]) ?? '').toLowerCase()
  if (/^(application\/)?json$/.test(asked)) return 'json'
  if (/^(text\/)?html$/.test(asked)) return 'html'
  if (asked !== '') return 'xml'
  const accept = headers.get('accept') ?? ''
  if (accept.includes('text/html')) return 'html'
  return accept.includes('application/json') ? 'json' : 'xml'
}

async function showAs(form: Form, request: IRequest, env: Env): Promise<Response> {
  const board = await look(parseServices(env.SERVICES ?? ''), Date.now())
  if (form === 'html') return answer(request, 'text/html; charset=utf-8', page(board))
  if (form === 'json') return answer(request, 'application/json', `${JSON.stringify(board)}\n`)
  return answer(request, 'text/xml; charset=utf-8', vosi(board))
}

function vosi({ available, services }: Board): string {
  return availabilityXml({
    available,
    notes: services.map(({ name, up, note }) => `${name}: ${up ? 'up' : 'down'}, ${note}`),
  })
}

function answer(request: IRequest, type: string, text: string, status = 200): Response {
  const body = new TextEncoder().encode(text)
  return new Response(request.method === 'HEAD' ? null : body, {
    status,
    headers: {
      'access-control-allow-origin': '*',
      'cache-control': 'no-store',
      'content-length': String(body.byteLength),
      'content-security-policy': POLICY,
      'content-type': type,
      vary: 'Accept',
      'x-content-type-options': 'nosniff',
    },
  })
}

export default {
  fetch: (request: Request, env: Env) => {
    // HEAD is GET without the body; the router knows only exact methods.
    const seen = request.method === 'HEAD' ? new Request(request.url, { headers: request.headers }) : request
    return router
      .fetch(seen as IRequest, env)
      .then((found: Response) => (request.method === 'HEAD' ? new Response(null, found) : found))
  },
}
