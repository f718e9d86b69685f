// The worker's entry: builds the edge from its bindings, once per isolate, and nothing else.

import { createEdge, type Fetch } from './edge.ts'
import { type Env, EnvError, readEnv } from './env.ts'

const edges = new WeakMap<Env, Fetch>()

export default {
  async fetch(request: Request, env: Env, context: ExecutionContext): Promise<Response> {
    let edge = edges.get(env)
    if (!edge) {
      try {
        edge = createEdge(readEnv(env))
      } catch (error) {
        if (!(error instanceof EnvError)) throw error
        console.error(error.message)
        return new Response('{"type":"about:blank","title":"Not configured","status":500}\n', {
          status: 500,
          headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
        })
      }
      edges.set(env, edge)
    }
    return edge(request, context)
  },
} satisfies ExportedHandler<Env>
