// Packs made in the worker's runtime, put into its bucket, and a bucket that counts, lags, fails and lies on demand.

import { env } from 'cloudflare:test'
import type { PackAddress, PackShape } from '#src/hips'
import { httpSource } from '../../../workers/edge/storage/http-source.ts'
import { r2Source } from '../../../workers/edge/storage/r2-source.ts'
import { packBytes as packedBytes } from '../../support/packs.ts'

export const bucket = (env as unknown as { PACKS: R2Bucket }).PACKS
export { httpSource, r2Source }

export type GivenTile = readonly [address: PackAddress, bytes: Uint8Array<ArrayBuffer>]

/** 2026-11-22T12:00:00Z: another time than the origin's tiles have. */
export const NOON_MS = Date.UTC(2026, 10, 22, 12)

export const packBytes = (shape: PackShape, given: readonly GivenTile[]): Promise<Uint8Array<ArrayBuffer>> =>
  packedBytes(
    shape,
    given.map(([address, bytes]) => ({ address, bytes, modifiedUs: NOON_MS * 1000 })),
  )

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
