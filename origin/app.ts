// The origin's HTTP application, put together from its parts; main.ts serves it and tests call it directly.

import { Hono } from 'hono'
import { allowedMethods, DaliError } from '#src/dali'
import { ENDPOINTS } from '#src/services'
import type { OriginDeps, OriginEnv } from './deps.ts'
import { asFault } from './fault.ts'
import { cors, door, observed, readable, secured } from './middleware.ts'
import { problem } from './problem.ts'
import { refuse } from './refuse.ts'
import { caomRoutes } from './routes/caom.ts'
import { datalinkRoutes } from './routes/datalink.ts'
import { docsRoutes } from './routes/docs.ts'
import { footprintRoutes } from './routes/footprints.ts'
import { healthRoutes } from './routes/health.ts'
import { hipsRoutes } from './routes/hips.ts'
import { internalRoutes } from './routes/internal.ts'
import { mocRoutes } from './routes/moc.ts'
import { registryRoutes } from './routes/registry.ts'
import { siaRoutes } from './routes/sia.ts'
import { siteRoutes } from './routes/site.ts'
import { sodaRoutes } from './routes/soda.ts'
import { tapRoutes } from './routes/tap.ts'
import { vosiRoutes } from './routes/vosi.ts'

export type OriginPart = (deps: OriginDeps) => Hono<OriginEnv>

const PARTS: readonly OriginPart[] = [
  healthRoutes,
  vosiRoutes,
  sodaRoutes,
  datalinkRoutes,
  hipsRoutes,
  caomRoutes,
  footprintRoutes,
  mocRoutes,
  registryRoutes,
  siteRoutes,
  tapRoutes,
  siaRoutes,
  docsRoutes,
  internalRoutes,
]

export function createApp(deps: OriginDeps, parts: readonly OriginPart[] = PARTS): Hono<OriginEnv> {
  const app = new Hono<OriginEnv>()
  app.use(observed(deps), secured, cors, readable, door(deps))
  for (const part of parts) app.route('/', part(deps))
  app.notFound((c) => {
    const allowed = allowedMethods(ENDPOINTS, c.req.path)
    const options = c.req.method === 'OPTIONS'
    if (!allowed || (!options && allowed.includes(c.req.method)))
      return refuse(c, new DaliError('not-found', 'there is nothing at this address'))
    c.header('Allow', allowed.join(', '))
    return options ? c.body(null, 204) : problem(c, 405, `${allowed.join(', ')} are answered here`)
  })
  app.onError((error, c) => {
    const fault = asFault(error)
    if (fault.code === 'internal' || fault.code === 'unavailable')
      deps.log.error({ requestId: c.var.requestId, err: error }, 'the request failed')
    return refuse(c, fault)
  })
  return app
}
