// Another node's map over HTTP, which is not to be trusted: every wait, length and redirect is bounded, and what comes
// is given to nobody before all of it is there. Bodies are asked for and taken uncompressed.

import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { httpDate } from '#src/caching'
import { OthersError } from './errors.ts'
import { checkHost, guardedLookup, nodeAddress } from './guard.ts'

export interface Patience {
  /** Until the headers are there. Default 15 s. */
  readonly headersMs?: number
  /** In every such time something has to come, at `LEAST_BYTES` or more. Default 10 s. */
  readonly stallMs?: number
  /** Tries of one file, and the first pause between them. Default 5, 500 ms. */
  readonly tries?: number
  readonly pauseMs?: number
  /** A node that asks for a longer one is not asked again. Default: it is, after a minute at most. */
  readonly longestPauseMs?: number
}

export interface RemoteOptions extends Patience {
  readonly parallel?: number
  readonly allowPrivate?: boolean
}

/** Validators of a file as it was, for an answer `same`. */
export interface Seen {
  readonly etag?: string
  /** As it was sent. */
  readonly modifiedMs?: number
}

export type RemoteFile =
  | { readonly kind: 'found'; readonly bytes: Uint8Array; readonly type: string; readonly seen: Seen }
  | { readonly kind: 'absent' }
  | { readonly kind: 'same' }

export type RemoteHead = { readonly sizeBytes?: number; readonly seen: Seen } | undefined

const USER_AGENT = 'Skyedge (HiPS mirror; +https://www.ivoa.net/documents/HiPS/)'
const LEAST_BYTES = 4096
const REDIRECTS = 3
const LONGEST_PAUSE_MS = 60_000

interface Asked {
  readonly method: 'GET' | 'HEAD'
  readonly maxBytes: number
  readonly seen?: Seen
}

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly bytes: Uint8Array
}

export class RemoteNode {
  /** Without a slash at its end. */
  readonly url: string
  /** Requests sent so far. */
  requests = 0
  readonly #base: URL
  readonly #allowPrivate: boolean
  readonly #agents: { 'http:': HttpAgent; 'https:': HttpsAgent }
  readonly #patience: Required<Patience>

  constructor(url: string, { parallel = 16, allowPrivate = false, ...patience }: RemoteOptions = {}) {
    this.#base = nodeAddress(url, { allowPrivate })
    this.url = this.#base.href.replace(/\/$/, '')
    this.#allowPrivate = allowPrivate
    const options = { keepAlive: true, maxSockets: parallel }
    this.#agents = { 'http:': new HttpAgent(options), 'https:': new HttpsAgent(options) }
    const usual = { headersMs: 15_000, stallMs: 10_000, tries: 5, pauseMs: 500 }
    this.#patience = { ...usual, longestPauseMs: Number.POSITIVE_INFINITY, ...patience }
  }

  /** `path` is one of ours: a tile's, or a name from a fixed list. */
  async get(path: string, { maxBytes, seen }: { maxBytes: number; seen?: Seen }): Promise<RemoteFile> {
    const { status, headers, bytes } = await this.#patiently(path, { method: 'GET', maxBytes, seen })
    if (status === 404 || status === 410) return { kind: 'absent' }
    if (status === 304 && seen) return { kind: 'same' }
    if (status !== 200) throw unexpected(path, status)
    return { kind: 'found', bytes, type: headers['content-type'] ?? '', seen: seenIn(headers) }
  }

  async head(path: string): Promise<RemoteHead> {
    const { status, headers } = await this.#patiently(path, { method: 'HEAD', maxBytes: 0 })
    if (status === 404 || status === 410) return undefined
    if (status !== 200) throw unexpected(path, status)
    const length = headers['content-length']
    return { ...(length !== undefined && { sizeBytes: Number(length) }), seen: seenIn(headers) }
  }

  close(): void {
    this.#agents['http:'].destroy()
    this.#agents['https:'].destroy()
  }

  /** Again after a pause where the node is away, overloaded or torn off; twice as long each time, or as it says. */
  async #patiently(path: string, asked: Asked): Promise<Answer> {
    const { tries, pauseMs, longestPauseMs } = this.#patience
    for (let turn = 1; ; turn++) {
      const answer = await this.#follow(path, asked).catch((error: unknown) => {
        if (turn >= tries || !(error instanceof OthersError) || error.code !== 'away') throw error
      })
      if (answer && answer.status !== 429 && answer.status < 500) return answer
      const wait = Number(answer?.headers['retry-after'] ?? 0) * 1000
      if (answer && (turn >= tries || wait > longestPauseMs))
        throw new OthersError('away', `the node answers ${answer.status} for ${path}, ${turn} times`)
      const pause = Math.max(wait || 0, pauseMs * 2 ** (turn - 1) * (0.75 + Math.random() / 2))
      await sleep(Math.min(pause, LONGEST_PAUSE_MS))
    }
  }

  /** Redirects are followed where they stay on the host. */
  async #follow(path: string, asked: Asked): Promise<Answer> {
    let url = new URL(`${this.url}/${path}`)
    for (let hops = 0; ; hops++) {
      const answer = await this.#once(url, path, asked)
      if (answer.status < 300 || answer.status >= 400 || answer.status === 304) return answer
      const to = answer.headers.location ?? ''
      const next = URL.canParse(to, url.href) ? new URL(to, url) : undefined
      const stays = next && next.hostname === url.hostname && (next.port === url.port || next.protocol === 'https:')
      if (!stays || !/^https?:$/.test(next.protocol) || hops >= REDIRECTS)
        throw new OthersError('refused-address', `the node leads ${path} elsewhere: only its own host is followed`)
      url = next
    }
  }

  #once(url: URL, path: string, { method, maxBytes, seen }: Asked): Promise<Answer> {
    checkHost(url, this.#allowPrivate)
    this.requests++
    const { headersMs, stallMs } = this.#patience
    const away = (why: string, cause?: unknown) => new OthersError('away', `${path}: ${why}`, { cause })
    return new Promise((resolve, reject) => {
      const headers: Record<string, string> = { 'user-agent': USER_AGENT, 'accept-encoding': 'identity' }
      if (seen?.etag) headers['if-none-match'] = seen.etag
      if (seen?.modifiedMs !== undefined) headers['if-modified-since'] = httpDate(seen.modifiedMs)
      const secure = url.protocol === 'https:'
      const sent = (secure ? httpsRequest : httpRequest)(url, {
        method,
        headers,
        agent: this.#agents[secure ? 'https:' : 'http:'],
        ...(!this.#allowPrivate && { lookup: guardedLookup }),
      })
      const fail = (error: OthersError) => {
        clearTimeout(waiting)
        clearInterval(watching)
        reject(error)
        sent.destroy()
      }
      let watching: NodeJS.Timeout | undefined
      const waiting = setTimeout(() => fail(away(`no answer in ${headersMs / 1000} s`)), headersMs)
      sent.on('error', (error) =>
        fail(error instanceof OthersError ? error : away('the node cannot be reached', error)),
      )
      sent.on('response', (incoming) => {
        clearTimeout(waiting)
        const status = incoming.statusCode ?? 0
        const coding = incoming.headers['content-encoding'] ?? 'identity'
        if (status === 200 && coding !== 'identity')
          return fail(new OthersError('bad-answer', `${path} comes as ${coding}, which was not asked for`))
        // Of what is no file nothing is kept, but the connection is.
        const limit = status === 200 ? maxBytes : 65_536
        const tooLong = () =>
          fail(new OthersError('too-large', `${path} is longer than ${limit} bytes, the most that is taken`))
        if (method === 'GET' && Number(incoming.headers['content-length'] ?? 0) > limit) return tooLong()
        const chunks: Buffer[] = []
        let length = 0
        let atLast = 0
        watching = setInterval(() => {
          if (length - atLast < LEAST_BYTES) fail(away('the answer does not go on'))
          atLast = length
        }, stallMs)
        incoming.on('data', (chunk: Buffer) => {
          length += chunk.length
          if (length > limit) return tooLong()
          chunks.push(chunk)
        })
        incoming.on('error', (error) => fail(away('the answer was cut off', error)))
        incoming.on('end', () => {
          clearInterval(watching)
          if (incoming.complete) resolve({ status, headers: incoming.headers, bytes: Buffer.concat(chunks) })
          else fail(away('the answer was cut off'))
        })
      })
      sent.end()
    })
  }
}

const seenIn = (headers: IncomingMessage['headers']): Seen => {
  const modifiedMs = Date.parse(headers['last-modified'] ?? '')
  const etag = headers.etag
  return {
    ...(etag !== undefined && /^(?:W\/)?"[\x21\x23-\x7e]{0,200}"$/.test(etag) && { etag }),
    ...(Number.isFinite(modifiedMs) && { modifiedMs }),
  }
}

const unexpected = (path: string, status: number) =>
  new OthersError(
    'bad-answer',
    status === 204
      ? `the node answers 204 for ${path}: what is missing must be 404`
      : `the node answers ${status} for ${path}`,
  )
