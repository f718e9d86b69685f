// SODA sync: one product, at most one region, FITS or a preview (SODA 1.0 §2.1, §5). Read, decide, plan, answer.
// The story in order: parse the request, find the product, decide, compare validators, plan, stream.

import { type Context, Hono } from 'hono'
import { etagOf, evaluate, freshness } from '#src/caching'
import { DaliError, type Pairs, quoted } from '#src/dali'
import { decide } from '#src/rights'
import { GENERATION_HEADER, parseSoda, type SodaRequest, sodaQuery } from '#src/services'
import { answer, type Entity } from '../answer.ts'
import { generationOfProduct } from '../catalog/generations.ts'
import { createCutouts } from '../cutout/run.ts'
import type { OriginDeps, OriginEnv } from '../deps.ts'
import { pairsFrom } from '../form.ts'
import { refuseDecision } from '../refuse.ts'

export function sodaRoutes(deps: OriginDeps): Hono<OriginEnv> {
  const app = new Hono<OriginEnv>()
  const cutouts = createCutouts(deps)

  async function sync(c: Context<OriginEnv>, pairs: Pairs): Promise<Response> {
    const request = parseSoda(pairs)
    c.set('runId', request.runId)
    const product = await deps.catalog.product(request.id)
    if (!product) throw new DaliError('not-found', `no product has the ID ${quoted(request.id)}`, { parameter: 'ID' })
    const now = deps.clock()
    const decision = decide(c.var.caller.principal, product.rights, now)
    if (decision.outcome === 'deny') return refuseDecision(c, decision)

    const fresh = freshness('cutout', decision, now)
    // A purge changes the tag too: what clients hold is not confirmed by it.
    const generation = await generationOfProduct(deps.catalog, product)
    // An edge keeps bytes under the generation that it knew when it asked: it is told which one these are of.
    if (c.var.caller.from === 'edge') c.header(GENERATION_HEADER, generation)
    const validator = { etag: etagOf(generation, sodaQuery(request)), lastModifiedMs: product.modifiedMs }
    const unchanged = evaluate((name) => c.req.header(name), validator) === 'not-modified'
    const unmade = { ...validator, contentType: request.format.mediaType, size: 0, open: () => new Uint8Array() }
    if (unchanged) return answer(c, unmade, fresh)

    const start = performance.now()
    const cutout = await cutouts.prepare(product, request, c.req.raw.signal)
    c.header('Server-Timing', `plan;dur=${(performance.now() - start).toFixed(1)}`)
    count(deps, request, cutout ? 'made' : 'empty')
    // SODA 1.0 §5.1: without any pixel "the service must respond with HTTP status code 204 (No Content)".
    if (!cutout) return c.body(null, 204, { 'Cache-Control': fresh.cacheControl })
    const open: Entity['open'] = (start, end, signal) => cutout.open(start, end, signal())
    return answer(c, { ...validator, contentType: request.format.mediaType, ...cutout, open }, fresh)
  }

  app.on(['GET', 'POST'], '/soda/sync', async (c) => sync(c, await pairsFrom(c)))
  return app
}

const count = ({ metrics }: OriginDeps, { format }: SodaRequest, outcome: string) =>
  metrics.add('skyedge_cutouts_total', { format: format.kind, outcome })
