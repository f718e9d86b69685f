// What is kept, where, and in which form. Only whole 200s, and for seconds a 404; never an error, a refusal, a part.

import type { HeldReply, StreamReply } from '../reply.ts'
import type { Visit } from '../visit.ts'
import { FOR_EVER, lookupStored } from './lookup.ts'

/** Held in JS while it is answered and shared; larger bodies stream. */
export const HELD_BYTES = 1024 * 1024
/** Streamed into the Cache API before it is answered from there; larger bodies only pass through. */
export const STORED_BYTES = 64 * 1024 * 1024

/** A small body: at once in the isolate, a little later in the data centre. */
export function keepHeld(key: string, reply: HeldReply, visit: Visit): void {
  const { memory, colo } = visit.edge
  memory.put(key, reply)
  if (reply.status === 200) visit.waitUntil(colo.put(key, reply))
}

/**
 * A large body: into the data centre's cache without passing through JS, then read back, so that everyone who waits
 * gets a stream of their own. `undefined` when this host's Cache API keeps nothing: the body is used up then.
 */
export async function keepStream(key: string, reply: StreamReply, visit: Visit): Promise<StreamReply | undefined> {
  const { colo } = visit.edge
  if (await colo.put(key, reply)) {
    const kept = await lookupStored(key, FOR_EVER, visit)
    if (kept?.fresh) return kept.fresh.reply as StreamReply
  }
  colo.works = false
  return undefined
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
