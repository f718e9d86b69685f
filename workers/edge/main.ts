// The worker's entry: builds the edge from its bindings, once per isolate. Requests, what was queued to be filled, and
// the clock's call come in here, and nothing else is done.

import { EDGE_HEADER, WARM_PATH, type WarmAnswer } from '#src/services'
import { createEdge, type Fetch } from './edge.ts'
import { type Env, EnvError, readEnv, type WarmMessage } from './env.ts'
import { DOCUMENTS } from './warm/work.ts'

export { Flights } from './flight/flights.ts'

const edges = new WeakMap<Env, Fetch>()

/** Throws EnvError. */
function edgeOf(env: Env): Fetch {
  let edge = edges.get(env)
  if (!edge) {
    edge = createEdge(readEnv(env))
    edges.set(env, edge)
  }
  return edge
}

/** Through our own door, as the operator's command comes. */
async function warm(order: object, env: Env, context: ExecutionContext): Promise<WarmAnswer> {
  const { publicUrl = 'https://edge.skyedge', secret } = readEnv(env)
  const request = new Request(publicUrl + WARM_PATH, {
    method: 'POST',
    body: JSON.stringify(order),
    headers: { 'content-type': 'application/json', [EDGE_HEADER]: secret },
  })
  const answer = await edgeOf(env)(request, context)
  if (!answer.ok) throw new Error(`warming was answered with ${answer.status}`)
  return answer.json()
}

/** An origin that was away may be back then; wrangler.toml says how often that is tried. */
const RETRY_S = 60

export default {
  fetch(request: Request, env: Env, context: ExecutionContext): Response | Promise<Response> {
    let edge: Fetch
    try {
      edge = edgeOf(env)
    } catch (error) {
      if (!(error instanceof EnvError)) throw error
      console.error(error.message)
      return new Response('{"type":"about:blank","title":"Not configured","status":500}\n', {
        status: 500,
        headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
      })
    }
    return edge(request, context)
  },

  async queue(batch: MessageBatch<WarmMessage>, env: Env, context: ExecutionContext): Promise<void> {
    for (const message of batch.messages) {
      try {
        const { outcomes } = await warm({ paths: message.body.paths, now: true }, env, context)
        if (outcomes.includes('failed')) message.retry({ delaySeconds: RETRY_S })
        else message.ack()
      } catch {
        message.retry({ delaySeconds: RETRY_S })
      }
    }
  },

  /** The manifest and the documents are renewed before they are too old to be shown while the origin is away. */
  async scheduled(_: ScheduledController, env: Env, context: ExecutionContext): Promise<void> {
    await warm({ paths: DOCUMENTS, now: true, renew: true }, env, context)
  },
} satisfies ExportedHandler<Env, WarmMessage>
