// What only edges may ask, with the shared secret: the rights and the generation of a product.
// To everybody else these addresses do not exist.

import { Hono } from 'hono'
import type { OriginDeps, OriginEnv } from '../deps.ts'
import { problem } from '../problem.ts'

export function internalRoutes({ catalog }: OriginDeps): Hono<OriginEnv> {
  const app = new Hono<OriginEnv>()
  app.use('/internal/*', async (c, next) => {
    if (c.var.caller.from !== 'edge') return problem(c, 404, 'there is nothing at this address')
    c.header('Cache-Control', 'no-store')
    await next()
  })
  app.get('/internal/product', async (c) => {
    const id = c.req.query('id')
    if (!id) return problem(c, 400, 'id is missing')
    const product = await catalog.product(id)
    if (!product) return problem(c, 404, 'no product has this id')
    const { rights, generation, collection, release, modifiedMs } = product
    return c.json({ rights, generation, collection, release, modifiedMs })
  })
  return app
}
