// The neutral form in which the outer tiers keep a reply: what describes the bytes as one line of ASCII JSON beside
// them, wherever a tier has room for that (a header, an object's metadata, the head of a file).

import { parseHttpDate } from '#src/caching'
import { contentLength, type Reply, type ReplyMeta, type StreamReply, sizeOf } from '../reply.ts'

/** Changed with the form: what an older edge kept is then not found. */
const FORM = 2

interface StoredMeta {
  readonly form: number
  readonly size: number
  readonly status: number
  readonly storedAtMs: number
  readonly contentType: string
  readonly etag: string
  readonly lastModified: string
  readonly disposition: string
  readonly cacheControl: string
  readonly extra: Readonly<Record<string, string>>
}

/** `undefined` for a reply of unknown length: it could not be told from a torn one. */
export function metaText(reply: Reply): string | undefined {
  const size = sizeOf(reply)
  if (size === undefined) return undefined
  const { status, storedAtMs, contentType, etag, lastModified, disposition, cacheControl, extra } = reply
  const meta: StoredMeta = {
    form: FORM,
    size,
    status,
    storedAtMs,
    contentType,
    etag,
    lastModified,
    disposition,
    cacheControl,
    extra,
  }
  return JSON.stringify(meta).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

export type DescribedReply = ReplyMeta & { readonly size: number }

/** The reverse; `undefined` when it is none of ours. */
export function metaFrom(text: string): DescribedReply | undefined {
  let meta: StoredMeta
  try {
    meta = JSON.parse(text)
  } catch {
    return undefined
  }
  if (meta?.form !== FORM || !Number.isSafeInteger(meta.size) || !Number.isFinite(meta.storedAtMs)) return undefined
  const { form, ...rest } = meta
  return { ...rest, location: '', lastModifiedMs: meta.lastModified ? parseHttpDate(meta.lastModified) : undefined }
}

const META = 'x-skyedge-meta'

/** For `cache.put`: the Cache API sees a long-lived 200 and no validators, or it would answer conditions itself. */
export function toStored(reply: Reply): Response | undefined {
  const meta = metaText(reply)
  if (meta === undefined) return undefined
  const headers = {
    'cache-control': 'public, max-age=31536000',
    'content-type': reply.contentType,
    'content-length': String(sizeOf(reply)),
    [META]: meta,
  }
  return new Response(reply.body, { headers })
}

export function fromStored({ headers, body }: Response): StreamReply | undefined {
  const meta = metaFrom(headers.get(META) ?? '')
  if (!meta || body === null || (contentLength(headers) ?? meta.size) !== meta.size) return undefined
  return { ...meta, body }
}
