// An answer of the origin as the tiers keep it: status, the headers that describe the bytes, the bytes.
// Nothing that depends on who asked is in it; that is added when it is answered.

import { parseHttpDate } from '#src/caching'

export interface ReplyMeta {
  readonly status: number
  readonly contentType: string
  /** Strong, with its quotes; empty when the origin gave none and the body is too large to hash here. */
  readonly etag: string
  /** As sent: an IMF-fixdate. Empty when unknown. */
  readonly lastModified: string
  readonly lastModifiedMs?: number
  readonly disposition: string
  /** What the origin said about keeping it; used for documents only. */
  readonly cacheControl: string
  readonly location: string
  /** The rest of what the origin says of the bytes, by name. */
  readonly extra: Readonly<Record<string, string>>
  /** When these bytes were last known to be the origin's, Unix ms. */
  readonly storedAtMs: number
}

/** In JS memory: small. */
export interface HeldReply extends ReplyMeta {
  readonly body: ArrayBuffer
}

/** On its way from the Cache API or the origin; can be read once, by this request only. */
export interface StreamReply extends ReplyMeta {
  readonly body: ReadableStream<Uint8Array>
  readonly size?: number
}

export type Reply = HeldReply | StreamReply

export const isHeld = (reply: Reply): reply is HeldReply => reply.body instanceof ArrayBuffer
export const sizeOf = (reply: Reply): number | undefined => (isHeld(reply) ? reply.body.byteLength : reply.size)

const STORED_AT = 'x-skyedge-stored'
const STATUS = 'x-skyedge-status'
const EXTRA = 'x-skyedge-extra'
/** A page's own policy, the next page of a list, the language of a text. */
const EXTRA_NAMES = ['content-language', 'content-security-policy', 'link', 'referrer-policy']
const SIZE = 'x-skyedge-size'
const ORIGIN_CONTROL = 'x-skyedge-control'

/** What describes the bytes, from the origin's answer. Set-Cookie, Vary and the rest are dropped here. */
export function metaOf({ status, headers }: Response, nowMs: number): ReplyMeta {
  const etag = headers.get('etag') ?? ''
  const lastModified = headers.get('last-modified') ?? ''
  return {
    status,
    contentType: headers.get('content-type') ?? 'application/octet-stream',
    // A weak tag says "equivalent", not "the same bytes": ranges could not be built on it.
    etag: etag.startsWith('"') ? etag : '',
    lastModified,
    lastModifiedMs: lastModified ? parseHttpDate(lastModified) : undefined,
    disposition: headers.get('content-disposition') ?? '',
    cacheControl: headers.get('cache-control') ?? '',
    location: headers.get('location') ?? '',
    extra: extraOf(headers),
    storedAtMs: nowMs,
  }
}

function extraOf(headers: Headers): Record<string, string> {
  const extra: Record<string, string> = {}
  for (const name of EXTRA_NAMES) {
    const value = headers.get(name)
    if (value !== null) extra[name] = value
  }
  return extra
}

export function contentLength(headers: Headers): number | undefined {
  const text = headers.get('content-length')
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

/** For `cache.put`: our own bookkeeping rides in headers; the Cache API only sees a long-lived 200. */
export function toStored(reply: Reply): Response {
  const headers = new Headers({
    'cache-control': 'public, max-age=31536000',
    'content-type': reply.contentType,
    [STORED_AT]: String(reply.storedAtMs),
    [STATUS]: String(reply.status),
    [ORIGIN_CONTROL]: reply.cacheControl,
  })
  // Not as `ETag`/`Last-Modified`: the Cache API would answer conditions itself.
  if (reply.etag) headers.set('x-skyedge-etag', reply.etag)
  if (reply.lastModified) headers.set('x-skyedge-modified', reply.lastModified)
  if (reply.disposition) headers.set('x-skyedge-disposition', reply.disposition)
  if (Object.keys(reply.extra).length > 0) headers.set(EXTRA, JSON.stringify(reply.extra))
  const size = sizeOf(reply)
  if (size !== undefined) {
    headers.set(SIZE, String(size))
    headers.set('content-length', String(size))
  }
  return new Response(reply.body, { headers })
}

/** The reverse; `undefined` when the stored answer is none of ours. */
export function fromStored({ headers, body }: Response): StreamReply | undefined {
  const storedAtMs = Number(headers.get(STORED_AT) ?? 'NaN')
  const status = Number(headers.get(STATUS) ?? 'NaN')
  if (!Number.isFinite(storedAtMs) || !Number.isInteger(status) || body === null) return undefined
  const lastModified = headers.get('x-skyedge-modified') ?? ''
  const size = headers.get(SIZE)
  return {
    status,
    contentType: headers.get('content-type') ?? 'application/octet-stream',
    etag: headers.get('x-skyedge-etag') ?? '',
    lastModified,
    lastModifiedMs: lastModified ? parseHttpDate(lastModified) : undefined,
    disposition: headers.get('x-skyedge-disposition') ?? '',
    cacheControl: headers.get(ORIGIN_CONTROL) ?? '',
    location: '',
    extra: JSON.parse(headers.get(EXTRA) ?? '{}'),
    storedAtMs,
    body,
    size: size === null ? undefined : Number(size),
  }
}
