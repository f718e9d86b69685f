import { gunzipSync, gzipSync, inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { portableRuntime } from '#src/runtime'
import { nodeRuntime } from '../../../origin/runtime.ts'

const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) >> 7)

describe.each([
  ['portable', portableRuntime],
  ['Node', nodeRuntime],
])('the %s runtime', (_, runtime) => {
  it('gunzips a member of the length expected, over any chunk size', () => {
    for (const length of [0, 1, 65535, 65536, 65537, 300_000]) {
      const part = bytes.subarray(0, length)
      expect(runtime.gunzip(gzipSync(part), length)).toEqual(new Uint8Array(part))
    }
  })

  it('refuses a member that is longer, shorter or broken', () => {
    const member = gzipSync(bytes)
    expect(() => runtime.gunzip(member, bytes.length - 1)).toThrow()
    expect(() => runtime.gunzip(member, bytes.length + 1)).toThrow()
    expect(() => runtime.gunzip(member.subarray(0, 1000), bytes.length)).toThrow()
    const torn = member.slice()
    torn[member.length >> 1] ^= 0xff
    expect(() => runtime.gunzip(torn, bytes.length)).toThrow()
  })

  it('stops at the expected length of a bomb', () => {
    const bomb = gzipSync(new Uint8Array(200 * 2 ** 20), { level: 9 })
    const before = process.memoryUsage().arrayBuffers
    expect(() => runtime.gunzip(bomb, 1000)).toThrow()
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 2 ** 20)
  })

  it('writes gzip and zlib that zlib reads', () => {
    expect(new Uint8Array(gunzipSync(runtime.gzip(bytes, 6)))).toEqual(bytes)
    for (const huffmanOnly of [false, true])
      expect(new Uint8Array(inflateSync(runtime.zlib(bytes, { level: 6, huffmanOnly })))).toEqual(bytes)
  })

  it('swaps words of 2, 4 and 8 bytes in place', () => {
    for (const size of [2, 4, 8] as const) {
      const words = Uint8Array.from({ length: 48 }, (_, i) => i)
      runtime.swap(words.subarray(8, 40), size)
      const expected = Uint8Array.from({ length: 48 }, (_, i) =>
        i < 8 || i >= 40 ? i : i - (i % size) + size - 1 - (i % size),
      )
      expect(words).toEqual(expected)
    }
  })
})
