// An edge with an origin that the test holds in its hand: a function that counts what it is asked, can be slow, fail
// or go away. The edge itself, its Cache API and its runtime are the real ones.

import { createEdge, type Fetch } from '../../../workers/edge/edge.ts'
import type { Settings } from '../../../workers/edge/env.ts'

export const SECRET = 'only-for-tests-0123456789abcdef'
export const DATE = 'Sun, 01 Nov 2026 00:00:00 GMT'

export interface Asked {
  readonly path: string
  readonly method: string
  readonly headers: Headers
  readonly body: string
}

type Handler = (asked: Asked) => Response | Promise<Response>

let worlds = 0

export class World {
  nowMs = Date.UTC(2026, 10, 22)
  readonly asked: Asked[] = []
  readonly routes = new Map<string, Handler>()
  /** The origin does not answer at all. */
  away = false
  delayMs = 0
  readonly fetch: Fetch
  readonly #pending: Promise<unknown>[] = []
  /** Keys of one test must not meet those of another in the one Cache API. */
  readonly id = `w${++worlds}-${Math.random().toString(36).slice(2)}`
  /** Each has its own documents. */
  readonly host: string
  generation = `${this.id}-1`
  maps: Record<string, unknown>[] = [
    {
      map: 'demo/dr1/r',
      release: 'dr1',
      order: 8,
      orderMin: 0,
      publicOrder: 6,
      formats: ['png', 'fits'],
      rights: { access: 'proprietary', release: 'dr1' },
    },
    {
      map: 'open',
      release: 'dr1',
      order: 5,
      orderMin: 0,
      publicOrder: 3,
      formats: ['png', 'fits'],
      rights: { access: 'public', release: 'dr1' },
      moc: { order: 3, ranges: [100, 110] },
    },
  ]

  constructor(settings: Partial<Settings> = {}, host?: string) {
    this.host = host ?? `${this.id}.test`
    this.fetch = createEdge(
      {
        originUrl: 'http://origin.test',
        secret: SECRET,
        region: 'test',
        issuer: 'https://skyedge.example',
        memoryBytes: 8 * 1024 * 1024,
        fetch: (request) => this.#origin(request),
        ...settings,
      },
      { clock: () => this.nowMs },
    )
  }

  async #origin(request: Request): Promise<Response> {
    const url = new URL(request.url)
    const asked = {
      path: url.pathname + url.search,
      method: request.method,
      headers: request.headers,
      body: await request.text(),
    }
    this.asked.push(asked)
    if (this.delayMs > 0)
      await new Promise((resolve, reject) => {
        setTimeout(resolve, this.delayMs)
        request.signal.addEventListener('abort', () => reject(request.signal.reason))
      })
    if (this.away) throw new Error('Network connection lost.')
    if (url.pathname === '/internal/maps' && !this.routes.has(url.pathname))
      return Response.json({ maps: this.maps.map((map) => ({ generation: this.generation, ...map })) })
    const handler = this.routes.get(asked.path) ?? this.routes.get(url.pathname)
    return handler ? handler(asked) : new Response('none', { status: 404 })
  }

  /** What the origin was asked for at this path. */
  hits(path: string): number {
    return this.asked.filter((asked) => asked.path === path).length
  }

  put(path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}, status = 200): this {
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
    this.routes.set(path, ({ headers: asked }) => {
      const etag = headers.etag ?? `"${path.length}-${bytes.length}"`
      const all = { etag, 'last-modified': DATE, 'content-length': String(bytes.length), ...headers }
      if (asked.get('if-none-match') === etag) return new Response(null, { status: 304, headers: { etag } })
      return new Response(bytes, { status, headers: all })
    })
    return this
  }

  /** `path` goes on the request line as it stands. */
  async get(path: string, init: RequestInit = {}): Promise<Response> {
    return this.fetch(new RawRequest(`http://${this.host}${path}`, init), {
      waitUntil: (work) => void this.#pending.push(work),
    })
  }

  /** Everything that was left to waitUntil. */
  async settle(): Promise<void> {
    while (this.#pending.length > 0) await this.#pending.pop()
  }
}

/** `new Request` normalises its address; the wire does not. */
class RawRequest extends Request {
  readonly #raw: string
  constructor(raw: string, init: RequestInit) {
    super(raw, init)
    this.#raw = raw
  }
  override get url(): string {
    return this.#raw
  }
}

export const bytesOf = (length: number, seed = 1): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 7) & 255)
