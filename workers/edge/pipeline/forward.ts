// The wire to the origin. What goes over it is made here from parts: no header of the client's passes through
// unless it is named here, and its token never does.

import { isAnonymous, type Principal } from '#src/rights'
import { BASE_HEADER, EDGE_HEADER, PRINCIPAL_HEADER, spokenPrincipal } from '#src/services'
import { contentLength } from '../reply.ts'
import { baseOf, type Visit } from '../visit.ts'

/** The origin did not answer as an origin should. */
export class OriginAway extends Error {
  readonly code = 'origin-away'
  readonly status: 502 | 503 | 504
  readonly retryAfterS: number
  constructor(status: 502 | 503 | 504, message: string, { retryAfterS = 5, ...options }: AwayOptions = {}) {
    super(message, options)
    this.name = 'OriginAway'
    this.status = status
    this.retryAfterS = retryAfterS
  }
}

interface AwayOptions extends ErrorOptions {
  readonly retryAfterS?: number
}

export interface AskOptions {
  readonly method?: string
  readonly principal?: Principal
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: BodyInit | null
  /** Until the origin's headers are here. Default 30 s. */
  readonly timeoutMs?: number
}

export const ORIGIN_TIMEOUT_MS = 30_000

/** `pathAndQuery` is canonical. Throws OriginAway. */
export async function ask(visit: Visit, pathAndQuery: string, options: AskOptions = {}): Promise<Response> {
  const { method = 'GET', body = null } = options
  try {
    return await once(visit, pathAndQuery, options)
  } catch (error) {
    // A kept-alive connection that the origin closed in this moment looks like an origin that is away: one more try.
    if (method !== 'GET' || body !== null || (error instanceof OriginAway && error.status === 504)) throw error
    return await once(visit, pathAndQuery, options)
  }
}

/** The request for the origin: made of parts, and of nothing else. */
export function requestTo(visit: Visit, pathAndQuery: string, options: AskOptions, signal: AbortSignal): Request {
  const { method = 'GET', principal, headers = {}, body = null } = options
  const { settings } = visit.edge
  return new Request(settings.originUrl + pathAndQuery, {
    method,
    body,
    redirect: 'manual',
    signal,
    headers: {
      ...headers,
      // Bytes are stored as they are: no coding of the transfer may become part of them.
      'accept-encoding': 'identity',
      'x-request-id': visit.requestId,
      [EDGE_HEADER]: settings.secret,
      // The origin writes addresses of this edge into documents.
      [BASE_HEADER]: baseOf(visit),
      ...(principal && !isAnonymous(principal) ? { [PRINCIPAL_HEADER]: spokenPrincipal(principal) } : {}),
    },
  })
}

async function once(visit: Visit, pathAndQuery: string, options: AskOptions): Promise<Response> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), options.timeoutMs ?? ORIGIN_TIMEOUT_MS)
  try {
    return await visit.edge.settings.fetch(requestTo(visit, pathAndQuery, options, late.signal))
  } catch (cause) {
    if (late.signal.aborted) throw new OriginAway(504, 'the origin did not answer in time', { cause })
    throw new OriginAway(502, 'the origin cannot be reached', { cause })
  } finally {
    clearTimeout(timer)
  }
}

/** A status that says "not now" rather than something about the resource. */
export async function assertPresent(response: Response): Promise<void> {
  const { status, headers } = response
  if (status < 500) return
  const seconds = Number(headers.get('retry-after') ?? 'NaN')
  const retryAfterS = seconds >= 0 && seconds <= 3600 ? seconds : 5
  // It may be one product's file that is gone: its own words say more than ours.
  const reason = status === 503 ? await reasonIn(response) : undefined
  if (!response.bodyUsed) response.body?.cancel().catch(() => undefined)
  if (status === 503) throw new OriginAway(503, reason ?? 'the origin is not available now', { retryAfterS })
  if (status === 504) throw new OriginAway(504, 'the origin did not answer in time', { retryAfterS })
  throw new OriginAway(502, 'the origin failed to answer', { retryAfterS })
}

/** The sentence of a short SODA fault or problem; leaves longer and other bodies alone. */
async function reasonIn(response: Response): Promise<string | undefined> {
  const length = contentLength(response.headers)
  const [type] = response.headers.get('content-type')?.split(';') ?? []
  if (!length || length > 500 || (type !== 'text/plain' && type !== 'application/problem+json')) return undefined
  const text = await response.text().catch(() => '')
  const sentence = type === 'text/plain' ? /^ServiceUnavailable: ([^\r\n]+)\s*$/ : /"detail":"([^"\\]+)"/
  return sentence.exec(text)?.[1]
}
