// A source read in whole aligned blocks that are kept for a while: many small reads (headers, tile tables) of a far
// source become few. Memory is bounded by maxBlocks * blockBytes, beside the answers.

import type { ByteRange, ByteSource, ReadOptions } from './byte-source.ts'

export interface BlockedOptions {
  /** Bytes of a block (default 64 KiB). */
  readonly blockBytes?: number
  /** Blocks kept, least recently used first out (default 64). */
  readonly maxBlocks?: number
}

export function blocked(source: ByteSource, { blockBytes = 65536, maxBlocks = 64 }: BlockedOptions = {}): ByteSource {
  const kept = new Map<number, Uint8Array>()

  const keep = (block: number, bytes: Uint8Array) => {
    kept.delete(block)
    kept.set(block, bytes)
    if (kept.size > maxBlocks) kept.delete(kept.keys().next().value!)
  }

  /** The blocks first..last, one read for each stretch of missing ones. */
  const blocksOf = async (first: number, last: number, options?: ReadOptions) => {
    const blocks: Uint8Array[] = []
    for (let block = first; block <= last; block++) {
      const have = kept.get(block)
      if (have) {
        keep(block, have)
        blocks.push(have)
        continue
      }
      let end = block
      while (end < last && !kept.has(end + 1)) end++
      const length = (end - block + 1) * blockBytes
      const bytes = await source.read({ offset: block * blockBytes, length }, options)
      for (let from = 0; from < length; from += blockBytes) {
        // Own copies, so that a kept block does not hold the whole stretch.
        const part = bytes.slice(from, from + blockBytes)
        keep(block + from / blockBytes, part)
        blocks.push(part)
      }
      block = end
    }
    return blocks
  }

  return {
    key: source.key,
    size: () => source.size(),
    async read({ offset, length }: ByteRange, options?: ReadOptions) {
      if (length <= 0) return new Uint8Array(0)
      const first = Math.floor(offset / blockBytes)
      const last = Math.floor((offset + length - 1) / blockBytes)
      // A long read would only push everything else out.
      if (last - first >= maxBlocks) return source.read({ offset, length }, options)
      const blocks = await blocksOf(first, last, options)
      const skip = offset - first * blockBytes
      if (blocks.length === 1) return blocks[0].subarray(skip, skip + length)
      const out = new Uint8Array(blocks.reduce((sum, block) => sum + block.length, 0))
      let at = 0
      for (const block of blocks) {
        out.set(block, at)
        at += block.length
      }
      return out.subarray(skip, skip + length)
    },
  }
}
