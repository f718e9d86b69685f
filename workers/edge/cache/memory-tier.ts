// The in-isolate tier: small hot bodies in a Map, least recently used out first, bounded by bytes.
// Large bodies never enter: served from JS memory they cost gigabytes under load (1167 MiB at 32 connections
// of 1 MB, measured), so they stay in the Cache API, which streams them.

import type { HeldReply } from '../reply.ts'

/** A HiPS PNG tile is 20-250 kB; a FITS tile (1.05 MB) is left to the Cache API. */
export const LARGEST_HELD = 512 * 1024
/** What an entry costs beside its body: key, headers, map slot. */
const OVERHEAD = 1024

export class MemoryTier {
  readonly #entries = new Map<string, HeldReply>()
  readonly #limit: number
  #bytes = 0

  constructor(limitBytes: number) {
    this.#limit = limitBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: string): HeldReply | undefined {
    const found = this.#entries.get(key)
    if (found === undefined) return undefined
    // A Map iterates in insertion order: re-inserting makes it the youngest.
    this.#entries.delete(key)
    this.#entries.set(key, found)
    return found
  }

  /** False when it is too large to be held. */
  put(key: string, reply: HeldReply): boolean {
    this.delete(key)
    const cost = reply.body.byteLength + OVERHEAD
    if (reply.body.byteLength > LARGEST_HELD || cost > this.#limit) return false
    this.#entries.set(key, reply)
    this.#bytes += cost
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#limit) break
      this.delete(oldest)
    }
    return true
  }

  delete(key: string): void {
    const found = this.#entries.get(key)
    if (found === undefined) return
    this.#entries.delete(key)
    this.#bytes -= found.body.byteLength + OVERHEAD
  }
}
