// PLIO_1 (FITS 4.0 §10.4.4): IRAF's pixel lists for masks. 16-bit instructions, the upper 4 bits saying what, the lower
// 12 how much: runs of zeros, runs of the current value, and changes of that value. Pixels are 0 to 2^24 - 1.

import { FitsError } from '../errors.ts'

/** Decodes a tile's big-endian words into the first `count` pixels of `out`. */
export function plioDecode(bytes: Uint8Array, out: Int32Array, count: number): void {
  const words = bytes.length >> 1
  const word = (i: number) => (bytes[2 * i] << 8) | bytes[2 * i + 1]
  if (words < 3) throw new FitsError('bad-data', `a PLIO_1 tile starts with 3 words or more, got ${words}`)
  // Short lists carry their length in word 2; longer ones in words 3 and 4, and their header length in word 1.
  const short = word(2) > 0 && word(2) < 0x8000
  const end = short ? word(2) : (word(4) << 15) + word(3)
  if (end > words) throw new FitsError('bad-data', `a PLIO_1 tile says ${end} words and has ${words}`)
  let value = 1
  let pixel = 0
  const run = (length: number, fill: number) => {
    const stop = Math.min(count, pixel + length)
    out.fill(fill, pixel, stop)
    pixel = stop
  }
  for (let i = short ? 3 : word(1); i < end && pixel < count; i++) {
    const data = word(i) & 0xfff
    switch (word(i) >>> 12) {
      case 0:
        run(data, 0)
        break
      case 1:
        value = (word(++i) << 12) + data
        break
      case 2:
        value += data
        break
      case 3:
        value -= data
        break
      case 4:
        run(data, value)
        break
      case 5:
        run(data - 1, 0)
        run(1, value)
        break
      case 6:
        value += data
        run(1, value)
        break
      case 7:
        value -= data
        run(1, value)
        break
      default:
        throw new FitsError('bad-data', `a PLIO_1 instruction is from 0 to 7, got ${word(i) >>> 12}`)
    }
  }
  out.fill(0, pixel, count)
}
