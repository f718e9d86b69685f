// Isolate, then data centre; the region is asked by the one who leads a miss (fetch-once.ts). Says what was found,
// which caches were asked, and whether it is still fresh. What is found below is raised above.

import { type CacheStep, sinceMs, tierAge } from '#src/caching'
import { LARGEST_HELD } from '../cache/memory-tier.ts'
import type { Tier } from '../cache/tier.ts'
import { isHeld, type Reply } from '../reply.ts'
import type { Visit } from '../visit.ts'
import { keepStream, putLater } from './keep.ts'

export interface Found {
  readonly reply: Reply
  readonly steps: readonly CacheStep[]
}

export interface LookedUp {
  readonly fresh?: Found
  /** Shown at once, while it is asked for again. */
  readonly aging?: Found
  /** Kept, but too old to be used while the origin is there. */
  readonly stale?: Found
}

/** What a lookup needs of a resource. */
export interface Sought {
  readonly key: string
  readonly lifetime: Lifetime
  /** It has its own object store, beside which a region's copy would be a second one. */
  readonly store?: unknown
}

export const ISOLATE_HIT: readonly CacheStep[] = [{ cache: 'isolate', hit: true }]
const ISOLATE_MISS: CacheStep = { cache: 'isolate', fwd: 'miss' }
/** A negative answer is not kept for long. */
const ABSENT_MS = 10_000

/** Of unknown age: shown only when the origin does not answer. */
const UNKNOWN_MS = 86_400_000

/** How long a whole answer is used unasked; Infinity where the key holds the generation: such bytes never change. */
export type Lifetime = (reply: Reply) => number

export const FOR_EVER: Lifetime = () => Number.POSITIVE_INFINITY

/** The tiers beyond the isolate in which a resource is kept, the nearest first. */
export const tiersOf = ({ store }: Sought, { edge }: Visit): readonly Tier[] =>
  store ? edge.stored.slice(0, 1) : edge.stored

export function lookupHeld(sought: Sought, visit: Visit): LookedUp | undefined {
  const held = visit.edge.memory.get(sought.key)
  return held && judge(held, sought, visit, ISOLATE_HIT)
}

export const lookupColo = (sought: Sought, visit: Visit): Promise<LookedUp | undefined> => lookupTier(sought, 0, visit)

export async function lookupBeyond(sought: Sought, visit: Visit): Promise<LookedUp | undefined> {
  for (let i = 1; i < tiersOf(sought, visit).length; i++) {
    const looked = await lookupTier(sought, i, visit)
    if (looked) return looked
  }
  return undefined
}

async function lookupTier(sought: Sought, at: number, visit: Visit): Promise<LookedUp | undefined> {
  const tiers = tiersOf(sought, visit)
  const stored = await tiers[at].match(sought.key)
  const reply = stored && (await raise(stored, sought.key, tiers, at, visit))
  return reply && judge(reply, sought, visit, hitSteps(tiers, at))
}

const hitSteps = (tiers: readonly Tier[], at: number): CacheStep[] => [
  { cache: tiers[at].name, hit: true },
  ...passed(tiers.slice(0, at)),
]

/** What the caches say when none of them had it: the outermost tells of the origin's answer. */
export function missSteps(tiers: readonly Tier[], answered: Partial<CacheStep>): CacheStep[] {
  const [outermost, ...nearer] = passed(tiers)
  return [{ ...outermost, fwd: 'uri-miss', ...answered }, ...nearer]
}

const passed = (tiers: readonly Tier[]): CacheStep[] => [
  ...tiers.map(({ name }): CacheStep => ({ cache: name, fwd: 'miss' })).reverse(),
  ISOLATE_MISS,
]

function judge(reply: Reply, { key, lifetime }: Sought, visit: Visit, steps: readonly CacheStep[]): LookedUp {
  const freshMs = reply.status === 200 ? lifetime(reply) : ABSENT_MS
  if (freshMs === Number.POSITIVE_INFINITY) return { fresh: { reply, steps } }
  const confirmedMs = visit.edge.confirmed.get(key) ?? Number.NEGATIVE_INFINITY
  const knownMs = Math.min(sinceMs(reply.storedAtMs, visit.nowMs), sinceMs(confirmedMs, visit.nowMs))
  const ageMs = knownMs === Number.POSITIVE_INFINITY ? freshMs + UNKNOWN_MS : knownMs
  const found = { reply, steps: said(steps, { ttlS: Math.floor((freshMs - ageMs) / 1000) }) }
  const age = tierAge(ageMs, freshMs)
  if (age === 'fresh') return { fresh: found }
  if (reply.status === 200 && age === 'aging') return { aging: found }
  if (reply.status === 200 && age === 'stale') return { stale: found }
  discard(found)
  return {}
}

/** More about the cache that answered. */
export const said = ([answered, ...rest]: readonly CacheStep[], more: Partial<CacheStep>): CacheStep[] => [
  { ...answered, ...more },
  ...rest,
]

/** Small bodies move up into the isolate, all of them into the tiers above. `undefined` for one that was cut short. */
async function raise(
  reply: Reply,
  key: string,
  tiers: readonly Tier[],
  at: number,
  visit: Visit,
): Promise<Reply | undefined> {
  const above = tiers.slice(0, at)
  if (!isHeld(reply) && (reply.size === undefined || reply.size > LARGEST_HELD)) {
    if (at === 0) return reply
    return (await keepStream(key, reply, above, visit)) ?? (await tiers[at].match(key))
  }
  const held = isHeld(reply) ? reply : { ...reply, body: await new Response(reply.body).arrayBuffer() }
  if (!isHeld(reply) && held.body.byteLength !== reply.size) return undefined
  visit.edge.memory.put(key, held)
  for (const tier of above) putLater(tier, key, held, visit)
  return held
}

/** A stream that will not be read is let go. */
export function discard(found: Found | undefined): void {
  if (found && !isHeld(found.reply)) found.reply.body.cancel().catch(() => undefined)
}
