// Concurrent misses of one key become one request to the origin. What is shared is a promise of plain data
// (an ArrayBuffer, not a Response: workerd forbids I/O across requests). The leader's waitUntil keeps the work
// going when its client leaves. Nothing is kept after it settles: an error is shared by those who wait, not by
// those who come later.

import { RecentMap } from '../cache/recent-map.ts'

/** Keys remembered as landed: more than can be under way at a time. */
const REMEMBERED = 1_000

export class SingleFlight<T> {
  readonly #flights = new Map<string, Promise<T>>()
  readonly #landed = new RecentMap<number>(REMEMBERED)
  readonly #clock: () => number

  constructor(clock: () => number) {
    this.#clock = clock
  }

  get size(): number {
    return this.#flights.size
  }

  find(key: string): Promise<T> | undefined {
    return this.#flights.get(key)
  }

  /** Whether one ended since then: who looked into the caches before it ended should look again. */
  landedSince(key: string, ms: number): boolean {
    return (this.#landed.get(key) ?? Number.NEGATIVE_INFINITY) >= ms
  }

  lead(key: string, work: Promise<T>): Promise<T> {
    const flight = work.finally(() => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key)
      this.#landed.set(key, this.#clock())
    })
    this.#flights.set(key, flight)
    return flight
  }
}

/** `undefined` after `ms`: a leader whose context was torn down must not hold its followers for ever. */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: number | null = null
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
