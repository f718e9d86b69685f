// Packs made in the worker's runtime, put into its bucket, and a bucket that counts, lags, fails and lies on demand.

import { env } from 'cloudflare:test'
import { DIGEST_BYTES, keyOf, type PackAddress, type PackShape, planPack, sealHead } from '#src/hips'
import { httpSource } from '../../../workers/edge/storage/http-source.ts'
import { r2Source } from '../../../workers/edge/storage/r2-source.ts'

export const bucket = (env as unknown as { PACKS: R2Bucket }).PACKS
export { httpSource, r2Source }

const sha256 = async (bytes: Uint8Array) =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))

export type GivenTile = readonly [address: PackAddress, bytes: Uint8Array<ArrayBuffer>]

/** 2026-11-22T12:00:00Z: another time than the origin's tiles have. */
export const NOON_MS = Date.UTC(2026, 10, 22, 12)

export async function packBytes(shape: PackShape, given: readonly GivenTile[]): Promise<Uint8Array<ArrayBuffer>> {
  const tiles = given
    .map(([address, bytes]) => ({
      key: keyOf(shape, address) as number,
      bytes,
      sizeBytes: bytes.length,
      modifiedUs: NOON_MS * 1000,
    }))
    .sort((a, b) => a.key - b.key)
  const plan = planPack(shape, tiles)
  const digests = new Uint8Array(DIGEST_BYTES * tiles.length)
  const pack = new Uint8Array(plan.sizeBytes)
  let at = plan.headBytes
  for (const [k, { bytes }] of tiles.entries()) {
    digests.set((await sha256(bytes)).subarray(0, DIGEST_BYTES), DIGEST_BYTES * k)
    pack.set(bytes, at)
    at += bytes.length
  }
  pack.set(await sealHead(plan, digests, sha256))
  return pack
}

/** The real bucket, with something between it and the edge. */
export class Between {
  reads = 0
  /** Before each read. */
  delayMs = 0
  away = false
  /** What the body of a read becomes. */
  change: ((bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>) | undefined
  /** Runs after the read of that number. */
  after: ((read: number) => Promise<unknown>) | undefined

  get bucket(): R2Bucket {
    return {
      get: async (key: string, options: R2GetOptions) => {
        const read = ++this.reads
        if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs))
        if (this.away) throw new Error('get: We encountered an internal error. Please try again. (10001)')
        const found = await bucket.get(key, options)
        await this.after?.(read)
        if (!this.change || !found || !('body' in found)) return found
        const changed = this.change(new Uint8Array(await found.arrayBuffer()))
        const { size, httpEtag } = found
        return { size, httpEtag, body: new Blob([changed]).stream() }
      },
      head: () => {
        throw new Error('no look is needed')
      },
    } as unknown as R2Bucket
  }
}
