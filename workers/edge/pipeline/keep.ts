// What is kept, where, and in which form. Only whole 200s, and for seconds a 404; never an error, a refusal, a part.

import type { Tier } from '../cache/tier.ts'
import type { HeldReply, Reply, StreamReply } from '../reply.ts'
import type { Visit } from '../visit.ts'

/** Held in JS while it is answered and shared; larger bodies stream. */
export const HELD_BYTES = 1024 * 1024
/** Streamed into a tier before it is answered from there; larger bodies only pass through. */
export const STORED_BYTES = 64 * 1024 * 1024

/** Tiers that said they kept something and then did not have it: some hosts have a Cache API that keeps nothing. */
const keepNothing = new WeakSet<Tier>()

/** A small body: at once in the isolate, a little later in the tiers beyond. */
export function keepHeld(key: string, reply: HeldReply, tiers: readonly Tier[], visit: Visit): void {
  visit.edge.memory.put(key, reply)
  if (reply.status === 200) for (const tier of tiers) putLater(tier, key, reply, visit)
}

export const putLater = (tier: Tier, key: string, reply: Reply, visit: Visit): void =>
  visit.waitUntil(tier.put(key, reply))

export const keepsStreams = (tiers: readonly Tier[]): boolean => tiers.some((tier) => !keepNothing.has(tier))

/**
 * A large body: into the nearest tier without passing through JS, then read back, so that everyone who waits gets a
 * stream of their own; from there into the tiers beyond. `undefined` when that failed: the body is used up then.
 */
export async function keepStream(
  key: string,
  reply: StreamReply,
  tiers: readonly Tier[],
  visit: Visit,
): Promise<Reply | undefined> {
  const [nearest, ...beyond] = tiers.filter((tier) => !keepNothing.has(tier))
  if (!nearest || !(await nearest.put(key, reply))) return undefined
  const kept = await nearest.match(key)
  if (!kept) keepNothing.add(nearest)
  else for (const tier of beyond) visit.waitUntil(copy(key, nearest, tier))
  return kept
}

async function copy(key: string, from: Tier, to: Tier): Promise<void> {
  const again = await from.match(key)
  if (again) await to.put(key, again)
}

/**
 * Whether the origin's answer may be kept. Of a document `private` says that others get another one; bytes whose rights
 * are decided here on every request are the same for all who get them, and `private` is for the client's side only.
 */
export const mayKeep = (cacheControl: string, { decided }: { decided: boolean }): boolean =>
  !(decided ? /\bno-store\b/i : /\b(?:no-store|private)\b/i).test(cacheControl)

/** Seconds a document is used unasked: the origin's s-maxage or max-age, else `fallback`. */
export function lifetimeS(cacheControl: string, fallback: number): number {
  if (/\bno-cache\b/i.test(cacheControl)) return 0
  const shared = /\bs-maxage\s*=\s*"?(\d{1,9})/i.exec(cacheControl) ?? /\bmax-age\s*=\s*"?(\d{1,9})/i.exec(cacheControl)
  return shared ? Number(shared[1]) : fallback
}
