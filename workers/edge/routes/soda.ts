// `/soda/sync`: parsed with the origin's own definition, so that equal requests share one key whatever their spelling.

import { cutoutKey } from '#src/caching'
import { DaliError, pairsOf, sodaFault } from '#src/dali'
import { parseSoda, sodaQuery } from '#src/services'
import { readForm } from '../form.ts'
import { OriginAway } from '../pipeline/forward.ts'
import { FOR_EVER } from '../pipeline/lookup.ts'
import { serve } from '../pipeline/serve.ts'
import { type HeaderTable, plainText } from '../problem.ts'
import type { Visit } from '../visit.ts'

/** A longer query goes to the origin as a form. */
const LONGEST_QUERY = 4_000
/** A large mosaic takes its time. */
const TIMEOUT_MS = 120_000

export async function sodaSync(visit: Visit): Promise<Response> {
  try {
    const form = visit.method === 'POST' ? await readForm(visit.request) : ''
    const request = parseSoda(pairsOf(visit.query, form))
    const product = await visit.edge.products.get(request.id, visit)
    if (!product) throw new DaliError('not-found', `no product is called ${JSON.stringify(request.id)}`)
    const query = sodaQuery(request)
    const long = query.length > LONGEST_QUERY
    return await serve(
      {
        kind: 'cutout',
        key: cutoutKey(product.generation, query),
        rights: product.rights,
        ask: long ? '/soda/sync' : `/soda/sync?${query}`,
        post: long ? { method: 'POST', body: query, headers: FORM } : undefined,
        generation: product.generation,
        lifetime: FOR_EVER,
        dali: true,
        timeoutMs: TIMEOUT_MS,
      },
      visit,
    )
  } catch (error) {
    const fault = sodaFault(error instanceof OriginAway ? away(error) : error)
    if (fault.status === 500) throw error
    const retry: HeaderTable = fault.retryAfterS === undefined ? {} : { 'retry-after': String(fault.retryAfterS) }
    return plainText(visit, fault.status, fault.body, retry)
  }
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

const away = ({ status, message, retryAfterS }: OriginAway) =>
  new DaliError(status === 504 ? 'timeout' : 'unavailable', message, { retryAfterS })
