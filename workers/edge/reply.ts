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
  /** The runtime knows the length of the stream, and sends it by itself. */
  readonly sized?: boolean
}

export type Reply = HeldReply | StreamReply

export const isHeld = (reply: Reply): reply is HeldReply => reply.body instanceof ArrayBuffer
export const sizeOf = (reply: Reply): number | undefined => (isHeld(reply) ? reply.body.byteLength : reply.size)

/** A page's own policy, the next page of a list, the language of a text. */
const EXTRA_NAMES = ['content-language', 'content-security-policy', 'link', 'referrer-policy']

/** What describes the bytes, from the origin's answer. Set-Cookie, Vary and the rest are dropped here. */
export function metaOf({ status, headers }: Response, nowMs: number): ReplyMeta {
  const etag = headers.get('etag') ?? ''
  const lastModified = headers.get('last-modified') ?? ''
  return {
    status,
    contentType: headers.get('content-type') ?? 'application/octet-stream',
    // A weak tag says "equivalent", not "the same bytes": ranges could not be built on it.
    etag: /^"[^"]*"$/.test(etag) ? etag : '',
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
