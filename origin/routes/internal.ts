// What only edges may ask, with the shared secret: the manifest of the maps, and the rights and the generation of a
// product. To everybody else these addresses do not exist.

import { Hono } from 'hono'
import { etag } from 'hono/etag'
import { MAPS_PATH, PRODUCT_PATH } from '#src/services'
import { generationOfProduct, generationsOfMaps } from '../catalog/generations.ts'
import type { MapRecord, PublishedPacks } from '../catalog/store.ts'
import type { OriginDeps, OriginEnv } from '../deps.ts'
import { problem } from '../problem.ts'

export function internalRoutes({ catalog }: OriginDeps): Hono<OriginEnv> {
  const app = new Hono<OriginEnv>()
  app.use('/internal/*', async (c, next) => {
    if (c.var.caller.from !== 'edge') return problem(c, 404, 'there is nothing at this address')
    c.header('Cache-Control', 'no-store')
    await next()
  })
  app.get(MAPS_PATH, etag(), async (c) => {
    const maps = await catalog.maps()
    const generation = await generationsOfMaps(catalog)
    return c.json({ maps: maps.map((record) => manifestOf(record, generation(record))) })
  })
  app.get(PRODUCT_PATH, async (c) => {
    const id = c.req.query('id')
    if (!id) return problem(c, 400, 'id is missing')
    const product = await catalog.product(id)
    if (!product) return problem(c, 404, 'no product has this id')
    const { rights, collection, release, modifiedMs } = product
    return c.json({ rights, generation: await generationOfProduct(catalog, product), collection, release, modifiedMs })
  })
  return app
}

/** What an edge needs of them: the bucket is its own binding. */
const packsFor = ({ prefix, shardOrder, headBytes }: PublishedPacks) => ({ prefix, shardOrder, headBytes })

function manifestOf(record: MapRecord, generation: string) {
  const { map, release, order, publicOrder, formats, rights, mocOrder, moc, publicMoc, modifiedMs } = record
  return {
    map,
    release,
    generation,
    orderMin: record.orderMin ?? 0,
    order,
    publicOrder,
    formats,
    rights,
    modifiedMs,
    // Packs of another generation are another map's.
    ...(record.packs?.generation === record.generation && { packs: packsFor(record.packs) }),
    // What edges ask of it is where tiles can be.
    moc: { order: mocOrder, cells: JSON.parse(record.tiles ?? moc) },
    ...(publicMoc && { publicMoc: { order: publicOrder, cells: JSON.parse(publicMoc) } }),
  }
}
