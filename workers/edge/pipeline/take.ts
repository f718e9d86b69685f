// What the origin or the object store answered: taken in, kept where it may be, and made ready for all who wait.

import type { CacheStep } from '#src/caching'
import { GENERATION_HEADER } from '#src/services'
import { hex, sha256 } from '../digest.ts'
import { contentLength, type HeldReply, metaOf, type StreamReply } from '../reply.ts'
import type { Visit } from '../visit.ts'
import { assertPresent, OriginAway } from './forward.ts'
import { HELD_BYTES, keepHeld, keepStream, keepsStreams, mayKeep, STORED_BYTES } from './keep.ts'
import { type Found, missSteps, tiersOf } from './lookup.ts'
import type { Resource } from './serve.ts'

/** What those who wait can use: plain data only. */
export type Outcome =
  | { readonly kind: 'held'; readonly reply: HeldReply }
  | { readonly kind: 'stored' }
  /** Not to be shared: too large, or an answer to one person. */
  | { readonly kind: 'apart' }
  | { readonly kind: 'away'; readonly error: OriginAway }

export interface Led {
  readonly outcome: Outcome
  readonly found: Found
}

interface TakeOptions {
  /** Who gave it, for Cache-Status. */
  readonly giver: readonly CacheStep[]
  /** To ask once more, when the body went into an attempt to keep it. */
  readonly again?: () => Promise<Response>
  /** Another isolate's request brought it. */
  readonly collapsed?: boolean
}

export const FROM_STORE: readonly CacheStep[] = [{ cache: 'store', hit: true }]

export async function take(
  response: Response,
  resource: Resource,
  visit: Visit,
  { giver, again, collapsed }: TakeOptions,
): Promise<Led> {
  const { status } = response
  const meta = metaOf(response, visit.nowMs)
  const size = contentLength(response.headers) ?? (response.body === null ? 0 : undefined)
  const foreign = response.headers.get(GENERATION_HEADER) ?? resource.generation
  // An answer to this principal alone, or bytes of a generation that the key does not name, are not for others.
  const personal = status === 401 || status === 403
  const decided = resource.control !== 'origin'
  const sound = (status === 200 || status === 404) && foreign === resource.generation
  const keep = sound && mayKeep(meta.cacheControl, { decided })
  const tiers = tiersOf(resource, visit)
  const steps = (stored: boolean): CacheStep[] => [
    ...giver,
    ...missSteps(tiers, { fwdStatus: status, stored, collapsed }),
  ]

  if (size !== undefined && size <= HELD_BYTES) {
    const body = await bytesOf(response)
    const reply: HeldReply = { ...meta, etag: meta.etag || (await etagOfBytes(status, body)), body }
    if (keep) keepHeld(resource.key, reply, tiers, visit)
    return { outcome: personal ? { kind: 'apart' } : { kind: 'held', reply }, found: { reply, steps: steps(keep) } }
  }
  const passing: StreamReply = { ...meta, body: response.body as ReadableStream<Uint8Array>, size }
  if (!keep || size === undefined || size > STORED_BYTES || !keepsStreams(tiers))
    return { outcome: { kind: 'apart' }, found: { reply: passing, steps: steps(false) } }
  const kept = await keepStream(resource.key, passing, tiers, visit)
  if (kept) return { outcome: { kind: 'stored' }, found: { reply: kept, steps: steps(true) } }
  if (!again) throw new OriginAway(502, 'the object store broke off its answer')
  const other = await again()
  await assertPresent(other)
  const through = { ...metaOf(other, visit.nowMs), body: other.body ?? empty(), size: contentLength(other.headers) }
  return { outcome: { kind: 'apart' }, found: { reply: through, steps: steps(false) } }
}

const empty = (): ReadableStream<Uint8Array> => new Blob([]).stream()

async function bytesOf(response: Response): Promise<ArrayBuffer> {
  try {
    return await response.arrayBuffer()
  } catch (cause) {
    throw new OriginAway(502, 'the origin broke off its answer', { cause })
  }
}

/** Of the content, where the origin gave none. */
async function etagOfBytes(status: number, body: ArrayBuffer): Promise<string> {
  if (status !== 200) return ''
  return `"${hex(await sha256(body), 12)}"`
}

/** What the origin says of its own cache (a tile made now, or found on its disk). */
export function fromOrigin(headers: Headers): CacheStep[] {
  const said = headers.get('cache-status') ?? ''
  if (!said.startsWith('origin')) return []
  return [{ cache: 'origin', ...(/;\s*hit\b/.test(said) ? { hit: true } : { fwd: 'miss' as const }) }]
}
