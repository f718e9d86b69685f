// The routes beside the tiles. One line each; what is not named here does not reach the origin.

import type { Handler } from 'hono'
import { Hono } from 'hono/tiny'
import { WARM_PATH } from '#src/services'
import { problem } from './problem.ts'
import { board } from './routes/board.ts'
import { document, live } from './routes/pass.ts'
import { moc, registry } from './routes/publication.ts'
import { sodaSync } from './routes/soda.ts'
import { healthz, metrics } from './routes/state.ts'
import { warm } from './routes/warm.ts'
import type { Visit } from './visit.ts'

interface AppEnv {
  Bindings: Visit
}

const visitOf =
  (step: (visit: Visit) => Promise<Response> | Response): Handler<AppEnv> =>
  (c) =>
    step(c.env)
const kept = visitOf((visit) => document(visit))
const keptFor = (...parameters: string[]) => visitOf((visit) => document(visit, { parameters }))
const through = visitOf(live)

const READ = 'GET, HEAD, OPTIONS'
const JOB = /^\/(?:soda|tap|recreate)\/async\/[^/]+\/?$/
const FORM =
  /^\/(?:(?:soda|tap)\/sync|registry|sia\/query|datalink\/links|(?:soda|tap|recreate)\/async(?:\/[^/]+\/(?:phase|parameters|destruction|executionduration))?)\/?$/

/** What means something at a path: POST where a form is read, DELETE for jobs. */
export const methodsOf = (path: string): string =>
  path === WARM_PATH
    ? 'POST, OPTIONS'
    : JOB.test(path)
      ? 'GET, HEAD, POST, DELETE, OPTIONS'
      : FORM.test(path)
        ? 'GET, HEAD, POST, OPTIONS'
        : READ

export function createApp(): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  app.get('/healthz', visitOf(healthz))
  app.get('/edge/metrics', visitOf(metrics))
  app.all('/soda/sync', visitOf(sodaSync))
  app.post(WARM_PATH, visitOf(warm))

  for (const path of ['/', '/index.html', '/docs', '/docs/*', '/site/*', '/favicon.ico']) app.get(path, kept)
  for (const path of [
    '/hipslist/all',
    '/openapi.json',
    '/.well-known/jwks.json',
    '/:service/capabilities',
    '/tap/tables',
  ])
    app.get(path, kept)
  for (const path of ['/hipslist', '/collections', '/tap/examples']) app.get(path, keptFor())
  for (const path of ['/moc', '/moc/*']) app.get(path, visitOf(moc))
  app.all('/registry', visitOf(registry))
  app.get('/footprints', keptFor('collection', 'release', 'band', 'after', 'limit'))

  app.get('/availability', visitOf(board))
  app.get('/status', visitOf(board))
  for (const path of ['/:service/availability', '/caom2/*', '/session']) app.get(path, through)
  for (const path of ['/tap/*', '/sia/query', '/datalink/links', '/soda/async', '/soda/async/*']) app.all(path, through)
  for (const path of ['/recreate/async', '/recreate/async/*']) app.all(path, through)
  app.notFound((c) => problem(c.env, 404, 'there is nothing at this address'))
  // An origin that is away is no error of ours: edge.ts says what it is.
  app.onError((error) => {
    throw error
  })
  return app
}
