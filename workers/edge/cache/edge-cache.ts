// The data centre's tier: the Cache API. It streams, so bodies of any size pass without being held in JS.
// It does not coalesce, refuses 206, and its delete is local: hence single flight, whole bodies, generations in keys.

import { fromStored, type Reply, type StreamReply, toStored } from '../reply.ts'

/** A cache of its own: nothing that `fetch` keeps by itself can be taken for ours. */
const NAME = 'skyedge'

export class EdgeCache {
  #opened?: Promise<Cache>
  /** False once a put was not found again: some hosts (workers.dev) have a Cache API that keeps nothing. */
  works = true

  #open(): Promise<Cache> {
    this.#opened ??= caches.open(NAME)
    return this.#opened
  }

  async match(key: string): Promise<StreamReply | undefined> {
    try {
      const found = await (await this.#open()).match(key)
      return found && fromStored(found)
    } catch {
      // A cache that fails is a cache that has nothing.
      return undefined
    }
  }

  /** False when it could not be kept; never throws. */
  async put(key: string, reply: Reply): Promise<boolean> {
    try {
      await (await this.#open()).put(key, toStored(reply))
      return true
    } catch {
      return false
    }
  }

  async delete(key: string): Promise<void> {
    try {
      await (await this.#open()).delete(key)
    } catch {
      // Nothing to do: the generation in the key is what makes old entries unreachable.
    }
  }

  async putText(key: string, text: string, nowMs: number): Promise<void> {
    const body = new TextEncoder().encode(text).buffer as ArrayBuffer
    await this.put(key, { ...NO_META, status: 200, contentType: 'application/json', storedAtMs: nowMs, body })
  }

  async text(key: string): Promise<{ text: string; atMs: number } | undefined> {
    const found = await this.match(key)
    if (!found) return undefined
    return { text: await new Response(found.body).text(), atMs: found.storedAtMs }
  }
}

const NO_META = { etag: '', lastModified: '', disposition: '', cacheControl: '', location: '', extra: {} }
