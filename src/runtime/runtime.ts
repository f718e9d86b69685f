import { deflate, gzip, Inflate } from 'pako'

export interface Runtime {
  /** Gunzips a member of known inflated length; throws when it is longer (a bomb), shorter or broken. */
  gunzip(bytes: Uint8Array, inflatedLength: number): Uint8Array
  /** A gzip member, level 1 to 9. */
  gzip(bytes: Uint8Array, level: number): Uint8Array
  /** A zlib stream (as PNG wants); `huffmanOnly` is the fast choice for noisy pixels. */
  zlib(bytes: Uint8Array, options: { level: number; huffmanOnly?: boolean }): Uint8Array
  /** Swaps byte order in place, words of 2, 4 or 8 bytes; length is a multiple of the word. */
  swap(bytes: Uint8Array, wordBytes: 2 | 4 | 8): void
}

export const portableRuntime: Runtime = {
  gunzip: inflateExactly,
  gzip: (bytes, level) => gzip(bytes, { level: level as 6 }),
  zlib: (bytes, { level, huffmanOnly }) => deflate(bytes, { level: level as 6, strategy: huffmanOnly ? 2 : 0 }),
  swap(bytes, wordBytes) {
    for (let i = 0; i < bytes.length; i += wordBytes) {
      for (let a = i, b = i + wordBytes - 1; a < b; a++, b--) {
        const byte = bytes[a]
        bytes[a] = bytes[b]
        bytes[b] = byte
      }
    }
  },
}

/** Stops at the first chunk beyond the expected length: what a bomb would inflate to is never held. */
function inflateExactly(bytes: Uint8Array, inflatedLength: number): Uint8Array {
  const out = new Uint8Array(inflatedLength)
  let filled = 0
  const inflate = new Inflate({ chunkSize: 65536 })
  inflate.onData = (chunk: Uint8Array) => {
    if (filled + chunk.length > inflatedLength)
      throw new RangeError(`a gzip member holds more than the ${inflatedLength} bytes expected`)
    out.set(chunk, filled)
    filled += chunk.length
  }
  inflate.push(bytes, true)
  if (inflate.err) throw new RangeError(`a gzip member is broken: ${inflate.msg || `zlib error ${inflate.err}`}`)
  if (filled !== inflatedLength) throw new RangeError(`a gzip member holds ${filled} bytes, expected ${inflatedLength}`)
  return out
}
