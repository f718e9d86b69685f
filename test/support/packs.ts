// Packs made in memory, for tests and benchmarks of the layout, in Node and in workerd.

import { DIGEST_BYTES, keyOf, type PackAddress, type PackShape, planPack, sealHead } from '#src/hips'
import { memoryRangeSource, type RangeSource } from '#src/storage'

export const sha256 = async (bytes: Uint8Array): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))

export interface GivenTile {
  readonly address: PackAddress
  readonly bytes: Uint8Array
  readonly modifiedUs?: number
}

/** 2026-11-22T12:00:00Z. */
export const NOON_US = Date.UTC(2026, 10, 22, 12) * 1000

export async function packBytes(shape: PackShape, given: readonly GivenTile[]): Promise<Uint8Array<ArrayBuffer>> {
  const tiles = given
    .map(({ address, bytes, modifiedUs = NOON_US }) => {
      const key = keyOf(shape, address)
      if (key === undefined) throw new Error(`${JSON.stringify(address)} is not of this pack`)
      return { key, bytes, sizeBytes: bytes.length, modifiedUs }
    })
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

export interface CountedSource extends RangeSource {
  readonly reads: { readonly start: number; readonly end: number; readonly ifMatch?: string }[]
  /** Another object in its place. */
  replace(bytes: Uint8Array): void
}

/** Counts its reads; each object put there has an ETag of its own. */
export function countedSource(bytes: Uint8Array, key = 'png-top.pack'): CountedSource {
  let version = 1
  let inner = memoryRangeSource(key, bytes, '"v1"')
  const reads: CountedSource['reads'] = []
  return {
    key,
    reads,
    get etag() {
      return inner.etag
    },
    read(start, end, options) {
      reads.push({ start, end, ...(options?.ifMatch && { ifMatch: options.ifMatch }) })
      return inner.read(start, end, options)
    },
    replace(next) {
      inner = memoryRangeSource(key, next, `"v${++version}"`)
    },
  }
}
