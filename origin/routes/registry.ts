// `/registry`: the publishing registry of this node, by OAI-PMH 2.0. Errors of the protocol are answers with status 200; open to
// everybody, and the same for everybody.

import { type Context, Hono } from 'hono'
import { oaiAnswer } from '#src/registry'
import type { OriginDeps, OriginEnv } from '../deps.ts'
import { pairsFrom } from '../form.ts'
import { TileStore } from '../hips/tile-store.ts'
import { publicBase } from '../middleware.ts'
import { PAGE_SIZE } from '../registry/facts.ts'
import { NodeRegistry } from '../registry/registry.ts'

export function registryRoutes(deps: OriginDeps): Hono<OriginEnv> {
  const { config, catalog, coverage, clock, queries } = deps
  const app = new Hono<OriginEnv>()
  const tiles = new TileStore({ catalog, dataFolder: config.dataFolder, aws: config.aws })
  const registry = new NodeRegistry({ config, catalog, coverage, tables: queries.tables, tiles })

  async function serve(c: Context<OriginEnv>): Promise<Response> {
    const pairs = await pairsFrom(c)
    const nowMs = clock()
    const { facts, dated, registryId } = await registry.state(publicBase(c), nowMs)
    const document = oaiAnswer(pairs, {
      name: `${config.title}: publishing registry`,
      baseUrl: `${facts.base}/registry`,
      adminEmail: config.contactEmail,
      registryId,
      records: dated,
      pageSize: PAGE_SIZE,
      nowMs,
    })
    c.header('Cache-Control', c.req.method === 'POST' ? 'no-store' : 'public, max-age=60')
    return c.body(document, 200, { 'Content-Type': 'text/xml; charset=utf-8' })
  }

  app.get('/registry', serve)
  app.post('/registry', serve)
  return app
}
