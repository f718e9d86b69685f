// A Durable Object where misses of all isolates of a place meet: one request to the origin per key, its answer handed
// to each as plain bytes. Nothing is kept after it landed: an error is shared by those who wait, not by those who come
// later. The request is the object's own: no client that leaves ends it. It stores nothing and may be lost at any time.

import { GENERATION_HEADER } from '#src/services'
import { storedTiers } from '../cache/stored-tiers.ts'
import type { Tier } from '../cache/tier.ts'
import { type Env, readEnv, type Settings } from '../env.ts'
import { HELD_BYTES, mayKeep, STORED_BYTES } from '../pipeline/keep.ts'
import { contentLength, metaOf } from '../reply.ts'
import { FLIGHT_HEADER, type FlightPlan, frame, type Landing } from './landing.ts'

export class Flights implements DurableObject {
  readonly #settings: Settings
  readonly #tiers: readonly Tier[]
  readonly #underway = new Map<string, Promise<Landing>>()

  constructor(_: DurableObjectState, env: Env) {
    this.#settings = readEnv(env)
    this.#tiers = storedTiers(this.#settings)
  }

  /** `request` is the one for the origin. The answer's headers come at once: they say that we are here. */
  async fetch(request: Request): Promise<Response> {
    const plan = JSON.parse(request.headers.get(FLIGHT_HEADER) ?? '') as FlightPlan
    const underway = this.#underway.get(plan.key)
    const landing = underway ?? this.#lead(plan, request)
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    landing
      .then(async (landed) => {
        const writer = writable.getWriter()
        await writer.write(frame(landed.personal && underway ? { kind: 'apart' } : { ...landed, shared: !!underway }))
        await writer.close()
      })
      // Whoever waited has left.
      .catch(() => undefined)
    return new Response(readable)
  }

  #lead(plan: FlightPlan, request: Request): Promise<Landing> {
    const landing = this.#ask(plan, request).finally(() => this.#underway.delete(plan.key))
    this.#underway.set(plan.key, landing)
    return landing
  }

  async #ask(plan: FlightPlan, request: Request): Promise<Landing> {
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), plan.timeoutMs)
    try {
      const headers = new Headers(request.headers)
      headers.delete(FLIGHT_HEADER)
      const body = request.body === null ? null : await request.arrayBuffer()
      const { url, method } = request
      const own = () => new Request(url, { method, headers, body, redirect: 'manual', signal: late.signal })
      // A kept-alive connection that the origin closed in this moment looks like an origin that is away.
      const response = await this.#settings.fetch(own()).catch((error) => {
        if (late.signal.aborted) throw error
        return this.#settings.fetch(own())
      })
      return await this.#take(response, plan)
    } catch {
      return late.signal.aborted
        ? { kind: 'away', status: 504, message: 'the origin did not answer in time' }
        : { kind: 'away', status: 502, message: 'the origin cannot be reached' }
    } finally {
      clearTimeout(timer)
    }
  }

  async #take(response: Response, { key, generation, decided }: FlightPlan): Promise<Landing> {
    const { status, headers } = response
    const size = contentLength(headers) ?? (response.body === null ? 0 : undefined)
    const personal = status === 401 || status === 403
    if (size !== undefined && size <= HELD_BYTES)
      return { kind: 'whole', status, headers: [...headers], personal, body: await response.arrayBuffer() }
    const meta = metaOf(response, Date.now())
    const foreign = headers.get(GENERATION_HEADER) ?? generation
    const keep = status === 200 && foreign === generation && mayKeep(meta.cacheControl, { decided })
    const tier = this.#tiers.at(-1)
    if (keep && tier && response.body && size !== undefined && size <= STORED_BYTES) {
      if (await tier.put(key, { ...meta, body: response.body, size })) return { kind: 'stored' }
    } else await response.body?.cancel()
    return { kind: 'apart' }
  }
}
