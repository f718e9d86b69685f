// RICE_1 (FITS 4.0 §10.4.1): differences of neighbours, folded to non-negative, in blocks; each block has a code length
// `fs`, then every value as a unary top part and `fs` low bits. Values wrap at the pixel's own width.

import { FitsError } from '../errors.ts'

interface Width {
  /** Bits of the code length at the head of a block. */
  readonly headBits: number
  /** Code length that says: this block is not compressed. */
  readonly plain: number
  readonly bits: number
}

const WIDTHS: Record<number, Width> = {
  1: { headBits: 3, plain: 6, bits: 8 },
  2: { headBits: 4, plain: 14, bits: 16 },
  4: { headBits: 5, plain: 25, bits: 32 },
}

function widthOf(pixelBytes: number): Width {
  const width = WIDTHS[pixelBytes]
  if (!width) throw new FitsError('unsupported', `RICE_1 takes pixels of 1, 2 or 4 bytes, got BYTEPIX ${pixelBytes}`)
  return width
}

let padded = new Uint8Array(1 << 14)

/** The 32 bits from bit `at` on: five bytes are touched, so the array must reach that far. */
function peek(b: Uint8Array, at: number): number {
  const p = at >>> 3
  const s = at & 7
  return (((b[p] << 24) | (b[p + 1] << 16) | (b[p + 2] << 8) | b[p + 3]) << s) | (b[p + 4] >>> (8 - s))
}

/** Refuses a tile too short for its pixels before anything is allocated for them: each block has at least its head. */
export function riceCheckLength(bytes: Uint8Array, pixelBytes: number, block: number, count: number): void {
  const { headBits } = widthOf(pixelBytes)
  if (!(block >= 1 && block <= 0xffff))
    throw new FitsError('bad-header', `RICE_1 BLOCKSIZE is from 1 to 65535, got ${block}`)
  if (bytes.length * 8 < pixelBytes * 8 + Math.ceil(count / block) * headBits) throw torn()
}

/**
 * Decodes the first `count` pixels of a tile into `out`: what lies behind them is never looked at.
 * One-byte pixels are unsigned, others signed.
 */
export function riceDecode(bytes: Uint8Array, pixelBytes: number, block: number, out: Int32Array, count: number): void {
  riceCheckLength(bytes, pixelBytes, block, count)
  const { headBits, plain, bits } = widthOf(pixelBytes)
  if (padded.length < bytes.length + 8) padded = new Uint8Array(bytes.length * 2 + 8)
  const b = padded
  b.set(bytes)
  b.fill(0, bytes.length, bytes.length + 8)
  const endBit = bytes.length * 8
  const shift = 32 - bits
  let last = 0
  for (let i = 0; i < pixelBytes; i++) last = (last << 8) | b[i]
  let at = pixelBytes * 8
  for (let pixel = 0; pixel < count; ) {
    const stop = Math.min(pixel + block, count)
    if (at >= endBit) throw torn()
    const fs = (peek(b, at) >>> (32 - headBits)) - 1
    at += headBits
    if (fs < 0) {
      out.fill((last << shift) >> shift, pixel, stop)
      pixel = stop
    } else if (fs === plain) {
      if (at + (stop - pixel) * bits > endBit) throw torn()
      for (; pixel < stop; pixel++, at += bits) {
        const folded = peek(b, at) >>> shift
        last = (last + ((folded >>> 1) ^ -(folded & 1))) | 0
        out[pixel] = (last << shift) >> shift
      }
    } else {
      for (; pixel < stop; pixel++) {
        let w = peek(b, at)
        let zeros = Math.clz32(w)
        let folded: number
        if (zeros + fs < 32) {
          folded = (zeros << fs) | ((((w << zeros) << 1) >>> 1) >>> (31 - fs))
          at += zeros + 1 + fs
        } else {
          // Longer than the window: step to the one bit, then look again for the low bits.
          let top = 0
          for (; zeros === 32; zeros = Math.clz32(w)) {
            top += 32
            at += 32
            if (at >= endBit) throw torn()
            w = peek(b, at)
          }
          top += zeros
          at += zeros + 1
          folded = (top << fs) | ((peek(b, at) >>> 1) >>> (31 - fs))
          at += fs
        }
        if (at > endBit) throw torn()
        last = (last + ((folded >>> 1) ^ -(folded & 1))) | 0
        out[pixel] = (last << shift) >> shift
      }
    }
  }
  if (bits === 8) for (let i = 0; i < count; i++) out[i] &= 0xff
}

const torn = () => new FitsError('bad-data', 'a RICE_1 tile ends before its pixels do')

/** Bits from the highest of each byte on, gathered in 32-bit words. */
class BitWriter {
  readonly bytes: Uint8Array<ArrayBuffer>
  private word = 0
  private room = 32
  private at = 0
  constructor(length: number) {
    this.bytes = new Uint8Array(length)
  }

  /** The `length` low bits of value, 1 to 32; higher ones must be 0. */
  put(value: number, length: number): void {
    if (length < this.room) {
      this.room -= length
      this.word |= value << this.room
      return
    }
    const over = length - this.room
    this.flushWord(this.word | (value >>> over))
    this.word = over === 0 ? 0 : value << (32 - over)
    this.room = 32 - over
  }

  zeros(length: number): void {
    for (; length >= this.room; this.room = 32) {
      length -= this.room
      this.flushWord(this.word)
      this.word = 0
    }
    this.room -= length
  }

  end(): Uint8Array<ArrayBuffer> {
    const length = this.at + ((32 - this.room + 7) >> 3)
    this.flushWord(this.word)
    return this.bytes.subarray(0, length)
  }

  private flushWord(word: number): void {
    this.bytes[this.at++] = word >>> 24
    this.bytes[this.at++] = word >>> 16
    this.bytes[this.at++] = word >>> 8
    this.bytes[this.at++] = word
  }
}

/** Encodes the pixels of a tile; one-byte pixels are unsigned. */
export function riceEncode(pixels: ArrayLike<number>, pixelBytes: number, block: number): Uint8Array<ArrayBuffer> {
  const { headBits, plain, bits } = widthOf(pixelBytes)
  const count = pixels.length
  const blocks = Math.ceil(count / block)
  const out = new BitWriter(pixelBytes + Math.ceil((blocks * (headBits + 8) + count * (bits + 4)) / 8) + 8)
  const shift = 32 - bits
  const folded = new Uint32Array(block)
  out.put((pixels[0] << shift) >>> shift, bits)
  let last = pixels[0]
  for (let start = 0; start < count; start += block) {
    const length = Math.min(block, count - start)
    let sum = 0
    for (let i = 0; i < length; i++) {
      const next = pixels[start + i]
      const difference = ((next - last) << shift) >> shift
      last = next
      folded[i] = (((difference << 1) ^ (difference >> 31)) << shift) >>> shift
      sum += folded[i]
    }
    const fs = codeLength(sum, length)
    if (sum === 0) out.put(0, headBits)
    else if (fs >= plain) {
      out.put(plain + 1, headBits)
      for (let i = 0; i < length; i++) out.put(folded[i], bits)
    } else {
      out.put(fs + 1, headBits)
      const one = 1 << fs
      for (let i = 0; i < length; i++) {
        const value = folded[i]
        out.zeros(value >>> fs)
        out.put(one | (value & (one - 1)), fs + 1)
      }
    }
  }
  return out.end()
}

/** Low bits that suit values of this mean: log2 of half of it, from 0. */
function codeLength(sum: number, length: number): number {
  let half = Math.max(0, (sum - length / 2 - 1) / length) / 2
  let fs = 0
  for (; half >= 1; half /= 2) fs++
  return fs
}
