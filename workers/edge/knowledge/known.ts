// Small facts of the origin that decisions rest on (the map manifest, a product's rights, the issuer's keys):
// fresh for seconds, renewed in the background while they are a little older, and used stale when the origin
// is away. They outlive the isolate in the Cache API. The values are plain JSON, safe to share between requests.

import { within } from '../flight/single-flight.ts'
import { OriginAway } from '../pipeline/forward.ts'
import type { Visit } from '../visit.ts'

export interface KnownOptions<T> {
  /** In the tier's key: `maps`, `product`, `jwks`. */
  readonly name: string
  /** The origin's JSON, as text. Throws OriginAway. */
  readonly load: (key: string, visit: Visit) => Promise<string>
  readonly parse: (value: unknown) => T
  readonly freshMs: number
  /** How old it may be when the origin is away. Default one day. */
  readonly staleMs?: number
  /** Facts held. Default 2000. */
  readonly limit?: number
}

interface Fact<T> {
  readonly value: T
  readonly text: string
  readonly atMs: number
  readonly savedMs: number
}

/** While the origin is away it is not asked by every request. */
const PAUSE_MS = 1_000
const PATIENCE_MS = 10_000
const SAVE_EVERY_MS = 60_000
const DAY_MS = 86_400_000

export class Known<T> {
  readonly #options: KnownOptions<T>
  readonly #facts = new Map<string, Fact<T>>()
  readonly #loading = new Map<string, Promise<Fact<T>>>()
  #failedMs = Number.NEGATIVE_INFINITY

  constructor(options: KnownOptions<T>) {
    this.#options = options
  }

  /** Without asking anybody: what is fresh now, for the fast path. */
  peek(key: string, nowMs: number): T | undefined {
    const fact = this.#facts.get(key)
    return fact && nowMs - fact.atMs < this.#options.freshMs ? fact.value : undefined
  }

  async get(key: string, visit: Visit): Promise<T> {
    const { freshMs } = this.#options
    const fact = this.#facts.get(key)
    const ageMs = fact ? visit.nowMs - fact.atMs : Number.POSITIVE_INFINITY
    if (fact && ageMs < freshMs) return fact.value
    if (fact && ageMs < 2 * freshMs) {
      visit.waitUntil(this.#renew(key, visit).catch(() => undefined))
      return fact.value
    }
    const paused = visit.nowMs - this.#failedMs < PAUSE_MS
    if (fact && paused && this.#usable(fact, visit)) return fact.value
    try {
      const renewed = await within(this.#renew(key, visit), PATIENCE_MS)
      if (!renewed) throw new OriginAway(504, `the origin did not tell its ${this.#options.name} in time`)
      return renewed.value
    } catch (error) {
      const last = fact ?? (await this.#restore(key, visit))
      if (last && this.#usable(last, visit)) return last.value
      throw error
    }
  }

  /** Asks the origin whatever the age. */
  async reload(key: string, visit: Visit): Promise<T> {
    return (await this.#renew(key, visit)).value
  }

  #usable(fact: Fact<T>, visit: Visit): boolean {
    return visit.nowMs - fact.atMs < (this.#options.staleMs ?? DAY_MS)
  }

  #renew(key: string, visit: Visit): Promise<Fact<T>> {
    const under = this.#loading.get(key)
    if (under) return under
    const work = this.#load(key, visit).finally(() => this.#loading.delete(key))
    this.#loading.set(key, work)
    visit.waitUntil(work.catch(() => undefined))
    return work
  }

  async #load(key: string, visit: Visit): Promise<Fact<T>> {
    const before = this.#facts.get(key)
    let text: string
    let value: T
    try {
      text = await this.#options.load(key, visit)
      // Unchanged text keeps the parsed value, and with it whatever was derived from it.
      value = before?.text === text ? before.value : this.#options.parse(JSON.parse(text))
    } catch (error) {
      this.#failedMs = visit.edge.clock()
      if (error instanceof OriginAway) throw error
      throw new OriginAway(502, `the origin's ${this.#options.name} cannot be read`, { cause: error })
    }
    const nowMs = visit.edge.clock()
    // What does not exist is not saved: anybody can invent names without end.
    const invented = value === undefined && before === undefined
    const changed = before === undefined || before.text !== text || nowMs - before.savedMs > SAVE_EVERY_MS
    const due = changed && !invented
    const fact = { value, text, atMs: nowMs, savedMs: due ? nowMs : (before?.savedMs ?? nowMs) }
    this.#remember(key, fact)
    if (due) visit.waitUntil(visit.edge.colo.putText(this.#address(key), text, nowMs))
    return fact
  }

  /** What an earlier isolate knew. */
  async #restore(key: string, visit: Visit): Promise<Fact<T> | undefined> {
    const saved = await visit.edge.colo.text(this.#address(key))
    if (!saved) return undefined
    const fact = { value: this.#options.parse(JSON.parse(saved.text)), ...saved, savedMs: saved.atMs }
    this.#remember(key, fact)
    return fact
  }

  #remember(key: string, fact: Fact<T>): void {
    this.#facts.delete(key)
    this.#facts.set(key, fact)
    if (this.#facts.size > (this.#options.limit ?? 2_000)) this.#facts.delete(this.#facts.keys().next().value as string)
  }

  #address(key: string): string {
    return `https://cache.skyedge/known/${this.#options.name}/${encodeURIComponent(key)}`
  }
}
