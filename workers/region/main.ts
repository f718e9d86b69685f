// The door of a region's cache for edges on plain workerd that are not on this machine: workerd's disk service over a
// folder, open to those who know the secret shared by the node. Bodies stream through without touching JavaScript.
// What the files hold is the edge's business (workers/edge/cache/disk-tier.ts).

import { saysSecret } from '../edge/secret.ts'

interface Env {
  /** workerd's disk service, writable. */
  readonly DISK: Fetcher
  readonly EDGE_SECRET: string
}

/** A file's name is the hash of a key: a digit for the folder, the rest for the file. */
const FILE = /^https?:\/\/[^/]+\/([0-9a-f]\/[0-9a-f]{39})$/

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const file = FILE.exec(request.url)?.[1]
    if (!file || !(await saysSecret(request.headers, env.EDGE_SECRET))) return new Response(null, { status: 404 })
    const { method } = request
    if (method !== 'GET' && method !== 'PUT') return new Response(null, { status: 405 })
    const range = request.headers.get('range')
    return env.DISK.fetch(`http://disk/${file}`, { method, body: request.body, headers: range ? { range } : {} })
  },
} satisfies ExportedHandler<Env>
