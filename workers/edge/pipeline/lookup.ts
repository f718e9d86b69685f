// Isolate, then data centre. Says what was found, which caches were asked, and whether it is still fresh.

import type { CacheStep } from '#src/caching'
import { LARGEST_HELD } from '../cache/memory-tier.ts'
import { type HeldReply, isHeld, type Reply, type StreamReply } from '../reply.ts'
import type { Visit } from '../visit.ts'

export interface Found {
  readonly reply: Reply
  readonly steps: readonly CacheStep[]
}

export interface LookedUp {
  readonly fresh?: Found
  /** Kept, but too old to be used unasked. */
  readonly stale?: Found
}

export const ISOLATE_HIT: readonly CacheStep[] = [{ cache: 'isolate', hit: true }]
const COLO_HIT: readonly CacheStep[] = [
  { cache: 'colo', hit: true },
  { cache: 'isolate', fwd: 'miss' },
]
/** A negative answer is not kept for long. */
const ABSENT_MS = 10_000

/** How long a whole answer is used unasked; Infinity where the key holds the generation: such bytes never change. */
export type Lifetime = (reply: Reply) => number

export const FOR_EVER: Lifetime = () => Number.POSITIVE_INFINITY

export function lookupHeld(key: string, lifetime: Lifetime, visit: Visit): LookedUp | undefined {
  const held = visit.edge.memory.get(key)
  return held && judge(held, key, lifetime, visit, ISOLATE_HIT)
}

export async function lookupStored(key: string, lifetime: Lifetime, visit: Visit): Promise<LookedUp | undefined> {
  const stored = await visit.edge.colo.match(key)
  const reply = stored && (await raise(stored, key, visit))
  return reply && judge(reply, key, lifetime, visit, COLO_HIT)
}

function judge(
  reply: Reply,
  key: string,
  lifetime: Lifetime,
  visit: Visit,
  steps: readonly CacheStep[],
): LookedUp | undefined {
  const lifeMs = reply.status === 200 ? lifetime(reply) : ABSENT_MS
  if (lifeMs === Number.POSITIVE_INFINITY) return { fresh: { reply, steps } }
  const since = Math.max(reply.storedAtMs, visit.edge.confirmed.get(key) ?? 0)
  const leftMs = since + lifeMs - visit.nowMs
  const [hit, ...rest] = steps
  const found = { reply, steps: [{ ...hit, ttlS: Math.floor(leftMs / 1000) }, ...rest] }
  if (leftMs > 0) return { fresh: found }
  return reply.status === 200 ? { stale: found } : undefined
}

/** Small bodies move up into the isolate. `undefined` for one that was cut short. */
async function raise(reply: StreamReply, key: string, visit: Visit): Promise<Reply | undefined> {
  if (reply.size === undefined || reply.size > LARGEST_HELD) return reply
  const held: HeldReply = { ...reply, body: await new Response(reply.body).arrayBuffer() }
  if (held.body.byteLength !== reply.size) {
    await visit.edge.colo.delete(key)
    return undefined
  }
  visit.edge.memory.put(key, held)
  return held
}

/** A stream that will not be read is let go. */
export function discard(found: Found | undefined): void {
  if (found && !isHeld(found.reply)) found.reply.body.cancel().catch(() => undefined)
}
