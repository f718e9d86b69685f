// Collections, and the footprints of one as JSON, for the sky explorer: outlines in degrees, ICRS, page by page in the order of
// the publisher DIDs. Only products that the caller may see are named and counted.

import { Hono } from 'hono'
import { decide, type Principal } from '#src/rights'
import type { CollectionPart, Product } from '../catalog/store.ts'
import type { OriginDeps, OriginEnv } from '../deps.ts'
import { problem } from '../problem.ts'

export interface FootprintRow {
  readonly publisherDid: string
  readonly productId: string
  readonly title: string
  readonly band?: string
  readonly calibLevel: number
  readonly tMinMjd?: number
  readonly access: string
  /** [ra, dec] pairs, degrees, counter-clockwise on the sky. */
  readonly footprint: readonly (readonly [number, number])[]
}

const DEFAULT_LIMIT = 2000
const MAX_LIMIT = 10_000

export function footprintRoutes({ catalog, clock }: OriginDeps): Hono<OriginEnv> {
  const app = new Hono<OriginEnv>()

  app.get('/collections', async (c) => {
    const { principal } = c.var.caller
    const parts = (await catalog.collections()).filter((part) => mayName(principal, part, clock()))
    c.header('Cache-Control', principal.sub === undefined ? 'public, max-age=60' : 'private, max-age=60')
    c.header('Vary', 'Authorization', { append: true })
    c.header('Vary', 'Cookie', { append: true })
    return c.json({ collections: summaries(parts) })
  })

  app.get('/footprints', async (c) => {
    const { collection, release, band, after = '', limit: limitText = String(DEFAULT_LIMIT) } = c.req.query()
    if (!collection) return problem(c, 400, 'collection is missing')
    const limit = Number(limitText)
    if (!/^\d+$/.test(limitText) || limit < 1 || limit > MAX_LIMIT)
      return problem(c, 400, `limit is a whole number from 1 to ${MAX_LIMIT}`)
    const { principal } = c.var.caller
    const visible = (await catalog.productsIn(collection, { release, band }))
      .filter((product) => product.publisherDid > after && mayName(principal, product, clock()))
      .sort((a, b) => (a.publisherDid < b.publisherDid ? -1 : 1))
    const page = visible.slice(0, limit)
    const last = page[page.length - 1]?.publisherDid
    const next = visible.length > limit && last ? nextPage(c.req.query(), last) : undefined
    if (next) c.header('Link', `<${next}>; rel="next"`)
    const everyone = page.every((product) => product.rights.access === 'public')
    c.header('Cache-Control', everyone && principal.sub === undefined ? 'public, max-age=60' : 'private, max-age=60')
    c.header('Vary', 'Authorization', { append: true })
    c.header('Vary', 'Cookie', { append: true })
    return c.json({ collection, products: page.map(footprintRow), next })
  })
  return app
}

interface CollectionSummary {
  readonly collection: string
  readonly release: string
  readonly products: number
  readonly bands: readonly string[]
}

/** Parts of a collection with other rights together, as one caller sees them. */
function summaries(parts: readonly CollectionPart[]): CollectionSummary[] {
  const found = new Map<string, CollectionSummary>()
  for (const { collection, release, products, bands } of parts) {
    const key = `${release} ${collection}`
    const before = found.get(key)
    found.set(key, {
      collection,
      release,
      products: (before?.products ?? 0) + products,
      bands: [...new Set([...(before?.bands ?? []), ...bands])].sort(),
    })
  }
  return [...found.values()]
}

const mayName = (principal: Principal, { rights }: Pick<Product, 'rights'>, nowMs: number) =>
  decide(principal, rights, nowMs).outcome === 'allow'

function nextPage(query: Record<string, string>, after: string): string {
  return `/footprints?${new URLSearchParams({ ...query, after })}`
}

const degrees = (rad: number) => Number(((rad * 180) / Math.PI).toFixed(7))

function footprintRow(product: Product): FootprintRow {
  const { publisherDid, productId, targetName, band, calibLevel, tMinMjd, rights, footprint } = product
  return {
    publisherDid,
    productId,
    title: targetName ?? productId,
    band,
    calibLevel,
    tMinMjd,
    access: rights.access,
    footprint: footprint.map(({ lonRad, latRad }) => [degrees(lonRad), degrees(latRad)] as const),
  }
}
