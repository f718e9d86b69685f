// The data centre's tier: the Cache API. It streams, so bodies of any size pass without being held in JS.
// It does not coalesce, refuses 206, and its delete is local: hence single flight, whole bodies, generations in keys.

import type { Reply, StreamReply } from '../reply.ts'
import { fromStored, toStored } from './stored.ts'
import type { Tier } from './tier.ts'

/** A cache of its own: nothing that `fetch` keeps by itself can be taken for ours. */
const NAME = 'skyedge'

export class CacheApiTier implements Tier {
  readonly name = 'colo'
  #opened?: Promise<Cache>

  #open(): Promise<Cache> {
    this.#opened ??= caches.open(NAME)
    return this.#opened
  }

  async match(key: string): Promise<StreamReply | undefined> {
    try {
      const found = await (await this.#open()).match(key)
      return found && fromStored(found)
    } catch {
      return undefined
    }
  }

  async put(key: string, reply: Reply): Promise<boolean> {
    const stored = toStored(reply)
    if (!stored) return false
    try {
      await (await this.#open()).put(key, stored)
      return true
    } catch {
      return false
    }
  }
}
