// Fills one edge: batches of addresses to its `/edge/warm`, a few at a time, no more of them a second than was said. An
// edge that is away is tried again for a while, then the rest counts as failed. Everything may be repeated: what is there
// already costs a lookup.

import { setTimeout as pause } from 'node:timers/promises'
import { EDGE_HEADER, WARM_PATH, type WarmAnswer } from '#src/services'
import type { EdgeUrl } from '../config.ts'

export interface WarmOptions {
  readonly secret: string
  /** Addresses a second, at most. */
  readonly rate?: number
  /** Addresses of one request, to WARM_BATCH. */
  readonly batch?: number
  /** Called with what is done of it, from 0. */
  readonly progress?: (done: number) => void
  readonly signal?: AbortSignal
  /** Before an edge that does not answer counts as away. Default: half a minute in all. */
  readonly retryAfterMs?: readonly number[]
  /** How long what was queued may make no headway, ms. Default two minutes. */
  readonly queuePatienceMs?: number
}

export interface WarmTally {
  readonly region: string
  asked: number
  filled: number
  there: number
  absent: number
  failed: number
  /** Why something failed, in a sentence: the first reason. */
  problem?: string
}

const LANES = 2
const BATCH = 50
const RETRY_AFTER_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000]
const QUEUE_PATIENCE_MS = 120_000
const LOOK_EVERY_MS = 1_000
/** An answer takes as long as the origin does for all that it names. */
const TIMEOUT_MS = 120_000
/** Queued addresses that are waited for at a time. */
const MOST_PENDING = 5_000

class EdgeAway extends Error {}

export async function warmEdge(edge: EdgeUrl, paths: Iterable<string>, options: WarmOptions): Promise<WarmTally> {
  const { batch = BATCH, rate, progress, signal } = options
  const tally: WarmTally = { region: edge.region, asked: 0, filled: 0, there: 0, absent: 0, failed: 0 }
  const source = paths[Symbol.iterator]()
  const pending = new Set<string>()
  const startMs = performance.now()
  let away: EdgeAway | undefined
  let done = 0
  const count = (what: 'filled' | 'there' | 'absent' | 'failed', many = 1) => {
    tally[what] += many
    done += many
    progress?.(done)
  }
  const fail = (many: number, reason: string) => {
    tally.problem ??= reason
    count('failed', many)
  }

  const lane = async () => {
    for (let next = take(source, batch); next.length > 0; next = take(source, batch)) {
      tally.asked += next.length
      const dueMs = rate === undefined ? 0 : startMs + (1000 * (tally.asked - next.length)) / rate - performance.now()
      if (dueMs > 0 && !away) await pause(dueMs, undefined, { signal })
      if (away) {
        fail(next.length, away.message)
        continue
      }
      try {
        const { outcomes, queued } = await post(edge, { paths: next }, options)
        for (const [i, outcome] of outcomes.entries()) {
          if (outcome === 'missing' && queued) pending.add(next[i])
          else if (outcome === 'failed' || outcome === 'missing') fail(1, 'the edge could not get them from the origin')
          else count(outcome)
        }
        if (pending.size > MOST_PENDING) await settle(MOST_PENDING / 2)
      } catch (error) {
        if (!(error instanceof EdgeAway)) throw error
        away ??= error
        fail(next.length, away.message)
      }
    }
  }

  /** Looks after what was queued until no more than `most` of it is left, or nothing moves any more. */
  const settle = async (most: number) => {
    const { queuePatienceMs = QUEUE_PATIENCE_MS } = options
    for (let movedMs = performance.now(); pending.size > most; ) {
      for (const paths of batches([...pending], batch)) {
        const { outcomes } = await post(edge, { paths, look: true }, options)
        for (const [i, outcome] of outcomes.entries()) {
          if ((outcome !== 'there' && outcome !== 'absent') || !pending.delete(paths[i])) continue
          movedMs = performance.now()
          count(outcome === 'there' ? 'filled' : 'absent')
        }
      }
      if (performance.now() - movedMs > queuePatienceMs) return
      if (pending.size > most) await pause(LOOK_EVERY_MS, undefined, { signal })
    }
  }

  await Promise.all(Array.from({ length: LANES }, lane))
  try {
    await settle(0)
  } catch (error) {
    if (!(error instanceof EdgeAway)) throw error
  }
  if (pending.size > 0) fail(pending.size, 'they were queued, and the queue did not come to them')
  return tally
}

function take(source: Iterator<string>, most: number): string[] {
  const paths: string[] = []
  while (paths.length < most) {
    const { value, done } = source.next()
    if (done) break
    paths.push(value)
  }
  return paths
}

function* batches(paths: readonly string[], most: number): Generator<string[]> {
  for (let i = 0; i < paths.length; i += most) yield paths.slice(i, i + most)
}

/** Throws EdgeAway once patience is over. */
async function post({ url }: EdgeUrl, order: object, options: WarmOptions): Promise<WarmAnswer> {
  const { secret, signal, retryAfterMs = RETRY_AFTER_MS } = options
  for (let attempt = 0; ; attempt++) {
    let reason: string
    try {
      const answer = await fetch(url + WARM_PATH, {
        method: 'POST',
        headers: { 'content-type': 'application/json', [EDGE_HEADER]: secret },
        body: JSON.stringify(order),
        redirect: 'manual',
        signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])]),
      })
      if (answer.ok) return (await answer.json()) as WarmAnswer
      await answer.body?.cancel()
      // It will say the same again.
      if (answer.status === 404) throw new EdgeAway('the edge does not know our secret, or is none of ours')
      reason = `the edge answers with status ${answer.status}`
    } catch (error) {
      if (error instanceof EdgeAway || signal?.aborted) throw error
      reason = 'the edge cannot be reached'
    }
    if (attempt >= retryAfterMs.length) throw new EdgeAway(reason)
    await pause(retryAfterMs[attempt], undefined, { signal })
  }
}
