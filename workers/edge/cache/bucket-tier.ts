// The region's tier: an R2 bucket near a group of data centres. What describes the bytes is the object's metadata;
// bodies stream in both directions. Old generations are left to the bucket's own lifecycle rule.

import { hex, sha256 } from '../digest.ts'
import { isHeld, type Reply } from '../reply.ts'
import { metaFrom, metaText } from './stored.ts'
import type { Tier } from './tier.ts'

/** Of an R2 key, 1024 bytes; and of all custom metadata, 2048 bytes, of which some are left to R2's own. */
const LONGEST_KEY = 900
const LONGEST_META = 1_900
const BASE = 'https://cache.skyedge/'

export class BucketTier implements Tier {
  readonly name = 'region'
  readonly #bucket: R2Bucket

  constructor(bucket: R2Bucket) {
    this.#bucket = bucket
  }

  async match(key: string): Promise<Reply | undefined> {
    try {
      const object = await this.#bucket.get(await nameOf(key))
      if (!object) return undefined
      const meta = metaFrom(object.customMetadata?.meta ?? '')
      if (meta?.size === object.size) return { ...meta, body: object.body }
      await object.body.cancel()
      return undefined
    } catch {
      return undefined
    }
  }

  async put(key: string, reply: Reply): Promise<boolean> {
    const meta = metaText(reply)
    if (meta === undefined || meta.length > LONGEST_META) return false
    try {
      const body = isHeld(reply) ? reply.body : ofLength(reply.body, reply.size as number)
      const httpMetadata = { contentType: reply.contentType }
      return (await this.#bucket.put(await nameOf(key), body, { customMetadata: { meta }, httpMetadata })) !== null
    } catch {
      return false
    }
  }
}

/** R2 takes streams of known length only; one that ends early breaks the put. */
function ofLength(body: ReadableStream<Uint8Array>, size: number): ReadableStream<Uint8Array> {
  const { readable, writable } = new FixedLengthStream(size)
  body.pipeTo(writable).catch(() => undefined)
  return readable
}

/** The key as it reads, so that an operator finds a map's objects by their prefix; by its hash where it is too long. */
async function nameOf(key: string): Promise<string> {
  const name = key.startsWith(BASE) ? key.slice(BASE.length) : key
  if (name.length <= LONGEST_KEY) return `cache/${name}`
  return `cache/long/${hex(await sha256(key))}`
}
