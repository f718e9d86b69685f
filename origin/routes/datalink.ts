// DataLink {links}: identifiers in, links and service descriptors out. An identifier that nothing is known of, or whose product
// the caller may not see, is a row with a fault; the rest of the answer is not touched by it.

import { type Context, Hono } from 'hono'
import { parseRequest } from '#src/dali'
import { LINK_FIELDS, LINKS_MEDIA_TYPE, LINKS_STANDARD_ID, type Link, linkCells } from '#src/datalink'
import { readPublisherDid } from '#src/obscore'
import { decide } from '#src/rights'
import { datalink, linksDescriptor, MAX_LINK_IDS, noSuchProduct, productLinks } from '#src/services'
import { votableDocument } from '#src/votable'
import type { XmlElement } from '#src/xml'
import type { OriginDeps, OriginEnv } from '../deps.ts'
import { pairsFrom } from '../form.ts'
import { publicBase, varyByCaller } from '../middleware.ts'

/** Room for the identifiers of a large table; those beyond what is answered are an overflow. */
const MAX_FORM = 4 << 20
/** Products that are looked up at the same time. */
const AT_ONCE = 32

export function datalinkRoutes(deps: OriginDeps): Hono<OriginEnv> {
  const app = new Hono<OriginEnv>()

  async function answer(c: Context<OriginEnv>, pairs: [string, string][]): Promise<Response> {
    const request = parseRequest(datalink, pairs)
    c.set('runId', request.RUNID[0])
    const base = publicBase(c)
    const ids = [...new Set(request.ID)]
    const asked = ids.slice(0, MAX_LINK_IDS)
    const found = await visible(asked, c)
    const rows: Link[] = []
    const descriptors: XmlElement[] = []
    for (const [i, id] of asked.entries()) {
      const product = found[i]
      if (!product) {
        rows.push(noSuchProduct(id))
        continue
      }
      const { links, descriptors: own } = productLinks(id, product, base, descriptors.length)
      rows.push(...links)
      descriptors.push(...own)
    }
    const everybody = c.var.caller.principal.sub === undefined && found.every((product) => product?.restricted !== true)
    c.header('Cache-Control', everybody ? 'public, max-age=60' : 'private, no-store')
    varyByCaller(c)
    c.header('Content-Type', request.RESPONSEFORMAT[0]?.mediaType ?? LINKS_MEDIA_TYPE)
    const document = votableDocument(
      {
        fields: LINK_FIELDS,
        infos: [{ name: 'standardID', value: LINKS_STANDARD_ID }],
        after: [...descriptors, linksDescriptor(base)],
      },
      rows.map(linkCells),
      { overflow: ids.length > asked.length },
    )
    return c.body(document)
  }

  /** In the order of the identifiers; undefined where the caller is to know of nothing. */
  async function visible(ids: readonly string[], c: Context<OriginEnv>) {
    const found: (Awaited<ReturnType<typeof look>> | undefined)[] = []
    for (let at = 0; at < ids.length; at += AT_ONCE)
      found.push(...(await Promise.all(ids.slice(at, at + AT_ONCE).map((id) => look(id, c)))))
    return found
  }

  async function look(id: string, c: Context<OriginEnv>) {
    const publisherDid = readPublisherDid(id)
    const product = publisherDid === undefined ? undefined : await deps.catalog.product(publisherDid)
    if (!product) return undefined
    const decision = decide(c.var.caller.principal, product.rights, deps.clock())
    if (decision.outcome === 'deny') return undefined
    const { accessUrl, accessFormat } = product
    return {
      publisherDid: product.publisherDid,
      footprint: product.footprint,
      collection: product.collection,
      restricted: !decision.public,
      ...(accessUrl === undefined ? {} : { elsewhere: { url: accessUrl, mediaType: accessFormat } }),
    }
  }

  const limits = { valueBytes: MAX_FORM }
  app.on(['GET', 'POST'], '/datalink/links', async (c) => answer(c, await pairsFrom(c, { limits })))
  return app
}
