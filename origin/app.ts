// The origin's HTTP application, put together from its parts; main.ts serves it and tests call it directly.

import { Hono } from 'hono'
import { DaliError } from '#src/dali'
import { FitsError } from '#src/fits'
import { StorageError } from '#src/storage'
import { CatalogError } from './catalog/store.ts'
import type { OriginDeps, OriginEnv } from './deps.ts'
import { cors, door, observed, secured } from './middleware.ts'
import { problem } from './problem.ts'
import { refuse } from './refuse.ts'
import { datalinkRoutes } from './routes/datalink.ts'
import { footprintRoutes } from './routes/footprints.ts'
import { healthRoutes } from './routes/health.ts'
import { hipsRoutes } from './routes/hips.ts'
import { internalRoutes } from './routes/internal.ts'
import { siteRoutes } from './routes/site.ts'
import { sodaRoutes } from './routes/soda.ts'
import { vosiRoutes } from './routes/vosi.ts'

export type OriginPart = (deps: OriginDeps) => Hono<OriginEnv>

const PARTS: readonly OriginPart[] = [
  healthRoutes,
  vosiRoutes,
  sodaRoutes,
  datalinkRoutes,
  hipsRoutes,
  footprintRoutes,
  siteRoutes,
  internalRoutes,
]

export function createApp(deps: OriginDeps, parts: readonly OriginPart[] = PARTS): Hono<OriginEnv> {
  const app = new Hono<OriginEnv>()
  app.use(observed(deps), secured, cors, door(deps))
  for (const part of parts) app.route('/', part(deps))
  app.notFound((c) => problem(c, 404, 'there is nothing at this address'))
  app.onError((error, c) => {
    const fault = asFault(error)
    if (fault.code === 'internal' || fault.code === 'unavailable')
      deps.log.error({ requestId: c.var.requestId, err: error }, 'the request failed')
    return refuse(c, fault)
  })
  return app
}

/** Errors of the rooms behind us, in the one table's words. Their own sentences go to the log. */
function asFault(error: Error): DaliError {
  if (error instanceof DaliError) return error
  const cause = { cause: error }
  if (error instanceof StorageError && error.code === 'source-changed')
    return new DaliError('unavailable', 'the file of this product was replaced since it was taken in', {
      ...cause,
      retryAfterS: 5,
    })
  if (error instanceof StorageError && error.code === 'not-found')
    return new DaliError('unavailable', 'the file of this product is not where it was', { ...cause, retryAfterS: 300 })
  if (error instanceof StorageError || error instanceof CatalogError)
    return new DaliError('unavailable', 'the data cannot be read now', { ...cause, retryAfterS: 30 })
  if (error instanceof FitsError) return new DaliError('internal', 'the file of this product is broken', cause)
  if (error.name === 'TimeoutError') return new DaliError('timeout', 'it took too long', { ...cause, retryAfterS: 30 })
  return new DaliError('internal', 'internal error', cause)
}
