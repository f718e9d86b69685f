// Liveness, counters, and the public keys of the embedded token issuer.

import { Hono } from 'hono'
import type { OriginDeps, OriginEnv } from '../deps.ts'
import { problem } from '../problem.ts'

export function healthRoutes({ catalog, metrics, tokens, clock, startedMs }: OriginDeps): Hono<OriginEnv> {
  const app = new Hono<OriginEnv>()
  app.get('/healthz', async (c) => {
    try {
      await catalog.setting('health')
    } catch {
      return problem(c, 503, 'the catalogue cannot be read')
    }
    c.header('Cache-Control', 'no-store')
    return c.json({ status: 'ok', upSeconds: Math.round((clock() - startedMs) / 1000) })
  })
  app.get('/metrics', (c) => {
    metrics.set('skyedge_resident_bytes', process.memoryUsage.rss())
    metrics.set('skyedge_up_seconds', (clock() - startedMs) / 1000)
    c.header('Cache-Control', 'no-store')
    return c.body(metrics.text(), 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' })
  })
  app.get('/.well-known/jwks.json', (c) => {
    c.header('Cache-Control', 'public, max-age=300')
    return c.json(tokens.jwks)
  })
  return app
}
