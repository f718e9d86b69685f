// `POST /edge/warm`: fill the tiers with what is named. Where the worker has a queue what no tier has goes into it and
// its consumer (main.ts) comes back here with `now`; else it is done at once.

import { formBytes } from '#src/dali'
import { WARM_BATCH, type WarmAnswer } from '#src/services'
import { problem } from '../problem.ts'
import { knowsSecret } from '../secret.ts'
import type { Visit } from '../visit.ts'
import { parsePaths, work } from '../warm/work.ts'

/** Addresses are below 150 bytes. */
const MOST_BYTES = 200 * WARM_BATCH
/** Paths of one message: what a consumer does in seconds. */
const PER_MESSAGE = 25

interface Order {
  /** Looks, and fills nothing. */
  readonly look?: boolean
  /** Past the queue. */
  readonly now?: boolean
  /** The manifest first, whatever its age. */
  readonly renew?: boolean
}

export async function warm(visit: Visit): Promise<Response> {
  if (!(await knowsSecret(visit))) return problem(visit, 404, 'there is nothing at this address')
  const body = await readJson(visit.request)
  const paths = parsePaths(body)
  if (typeof paths === 'string') return problem(visit, 400, paths)
  const { look = false, now = false, renew = false } = body as Order
  const { settings, maps } = visit.edge
  if (renew) await maps.reload('', visit)
  const queued = !look && !now && settings.enqueue !== undefined
  const outcomes = await work(paths, visit, { look: look || queued })
  const missing = paths.filter((_, i) => outcomes[i] === 'missing')
  if (queued && missing.length > 0) {
    const count = Math.ceil(missing.length / PER_MESSAGE)
    const messages = Array.from({ length: count }, (_, i) => missing.slice(i * PER_MESSAGE, (i + 1) * PER_MESSAGE))
    await settings.enqueue?.(messages.map((paths) => ({ paths })))
  }
  const answer: WarmAnswer = { region: settings.region, queued, outcomes }
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-request-id': visit.requestId }
  return new Response(`${JSON.stringify(answer)}\n`, { headers })
}

/** Undefined for what is none, or too large. */
async function readJson(request: Request): Promise<unknown> {
  try {
    const bytes = await formBytes(request.body as ReadableStream<Uint8Array> | null, MOST_BYTES)
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}
