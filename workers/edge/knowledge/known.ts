// Small facts of the origin that decisions rest on (the map manifest, a product's rights, the issuer's keys):
// fresh for seconds, renewed in the background while they are a little older, and used stale when the origin
// is away. They outlive the isolate in the Cache API. The values are plain JSON, safe to share between requests.

import { sinceMs } from '#src/caching'
import { within } from '../flight/single-flight.ts'
import { OriginAway } from '../pipeline/forward.ts'
import type { Visit } from '../visit.ts'

export interface KnownOptions<T> {
  /** In the tier's key: `maps`, `product`, `jwks`. */
  readonly name: string
  /** The origin's JSON, asked for by the tag of what is known (empty: none). Throws OriginAway. */
  readonly load: (key: string, visit: Visit, etag: string) => Promise<Told>
  readonly parse: (value: unknown) => T
  readonly freshMs: number
  /** How old it may be when the origin is away. Default one day. */
  readonly staleMs?: number
  /** Facts held. Default 2000. */
  readonly limit?: number
}

/** `unchanged`: as known by its tag. */
export type Told = 'unchanged' | { readonly text: string; readonly etag: string }

interface Fact<T> {
  readonly value: T
  readonly text: string
  readonly etag: string
  readonly atMs: number
  readonly savedMs: number
}

/** While the origin is away it is not asked by every request. */
const PAUSE_MS = 1_000
const PATIENCE_MS = 10_000
/** An origin that takes longer is an origin that is away, when there is something to go by. */
const PATIENCE_WITH_FACT_MS = 1_500
/** Beyond its freshness a fact is used for so long while it is renewed in the background; older, it is waited for. */
const RENEWED_MS = 2_000
const SAVE_EVERY_MS = 60_000
const DAY_MS = 86_400_000

const NO_META = { etag: '', lastModified: '', disposition: '', cacheControl: '', location: '', extra: {} }

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
    return fact && sinceMs(fact.atMs, nowMs) < this.#options.freshMs ? fact.value : undefined
  }

  async get(key: string, visit: Visit): Promise<T> {
    const { freshMs } = this.#options
    const fact = this.#facts.get(key)
    const ageMs = fact ? sinceMs(fact.atMs, visit.nowMs) : Number.POSITIVE_INFINITY
    if (fact && ageMs < freshMs) return fact.value
    if (fact && ageMs < freshMs + RENEWED_MS) {
      visit.waitUntil(this.#renew(key, visit).catch(() => undefined))
      return fact.value
    }
    const paused = sinceMs(this.#failedMs, visit.nowMs) < PAUSE_MS
    if (fact && paused && this.#usable(fact, visit)) return fact.value
    try {
      const usable = fact !== undefined && this.#usable(fact, visit)
      const renewed = await within(this.#renew(key, visit), usable ? PATIENCE_WITH_FACT_MS : PATIENCE_MS)
      if (!renewed && usable) this.#failedMs = visit.edge.clock()
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
    // As old as the question: what changes while the answer is on its way is not in it.
    const askedMs = visit.edge.clock()
    let { text, etag } = before ?? { text: '', etag: '' }
    let value: T
    try {
      const told = await this.#options.load(key, visit, etag)
      if (told !== 'unchanged') ({ text, etag } = told)
      // Unchanged text keeps the parsed value, and with it whatever was derived from it.
      value = before?.text === text ? before.value : this.#options.parse(JSON.parse(text))
    } catch (error) {
      this.#failedMs = visit.edge.clock()
      if (error instanceof OriginAway) throw error
      throw new OriginAway(502, `the origin's ${this.#options.name} cannot be read`, { cause: error })
    }
    // What does not exist is not saved: anybody can invent names without end.
    const invented = value === undefined && before === undefined
    const changed = before === undefined || before.text !== text || askedMs - before.savedMs > SAVE_EVERY_MS
    const due = changed && !invented
    const fact = { value, text, etag, atMs: askedMs, savedMs: due ? askedMs : (before?.savedMs ?? askedMs) }
    this.#remember(key, fact)
    if (due) visit.waitUntil(this.#save(key, text, visit))
    return fact
  }

  async #save(key: string, text: string, visit: Visit): Promise<void> {
    const body = new TextEncoder().encode(text).buffer as ArrayBuffer
    const reply = { ...NO_META, status: 200, contentType: 'application/json', storedAtMs: visit.nowMs, body }
    await visit.edge.stored[0].put(this.#address(key), reply)
  }

  /** What an earlier isolate knew. */
  async #restore(key: string, visit: Visit): Promise<Fact<T> | undefined> {
    const saved = await visit.edge.stored[0].match(this.#address(key))
    if (!saved) return undefined
    const atMs = saved.storedAtMs
    try {
      const text = await new Response(saved.body).text()
      const fact = { value: this.#options.parse(JSON.parse(text)), text, etag: '', atMs, savedMs: atMs }
      this.#remember(key, fact)
      return fact
    } catch {
      // A damaged copy is none.
      return undefined
    }
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
