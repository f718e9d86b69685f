// Base64 (RFC 4648 §4) as a stream: bytes in pieces of any length, both ways.

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const CODE = Uint8Array.from(ALPHABET, (letter) => letter.charCodeAt(0))
const PAD = 0x3d

/** Encodes into `out` from `at`; the position after it. Pads where the bytes are no multiple of three. */
export function encodeBase64(bytes: Uint8Array, length: number, out: Uint8Array, at: number): number {
  const whole = length - (length % 3)
  let to = at
  for (let i = 0; i < whole; i += 3) {
    const word = (bytes[i] << 16) | (bytes[i + 1] << 8) | bytes[i + 2]
    out[to] = CODE[word >> 18]
    out[to + 1] = CODE[(word >> 12) & 63]
    out[to + 2] = CODE[(word >> 6) & 63]
    out[to + 3] = CODE[word & 63]
    to += 4
  }
  if (length > whole) {
    const two = length - whole === 2
    const word = (bytes[whole] << 16) | (two ? bytes[whole + 1] << 8 : 0)
    out[to++] = CODE[word >> 18]
    out[to++] = CODE[(word >> 12) & 63]
    out[to++] = two ? CODE[(word >> 6) & 63] : PAD
    out[to++] = PAD
  }
  return to
}

const VALUE = new Int8Array(128).fill(-1)
for (let i = 0; i < 64; i++) VALUE[CODE[i]] = i

/** Takes text as it comes; white space is skipped (VOTable streams are broken into lines). */
export class Base64Decoder {
  #word = 0
  #letters = 0
  #padding = 0

  /** The bytes of these characters; undefined when one of them is not of the alphabet, or stands after the padding. */
  push(text: string): Uint8Array<ArrayBuffer> | undefined {
    const out = new Uint8Array(Math.ceil((text.length * 3) / 4) + 3)
    let to = 0
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) continue
      if (code === PAD) {
        if (++this.#padding + this.#letters > 4 || this.#letters < 2) return undefined
        if (this.#padding + this.#letters < 4) continue
        out[to++] = this.#word >> (this.#letters === 3 ? 10 : 4)
        if (this.#letters === 3) out[to++] = (this.#word >> 2) & 255
        continue
      }
      const value = code < 128 ? VALUE[code] : -1
      if (value < 0 || this.#padding > 0) return undefined
      this.#word = (this.#word << 6) | value
      if (++this.#letters < 4) continue
      out[to++] = (this.#word >> 16) & 255
      out[to++] = (this.#word >> 8) & 255
      out[to++] = this.#word & 255
      this.#word = this.#letters = 0
    }
    return out.subarray(0, to)
  }

  /** Whether the text ended where base64 may end. */
  get complete(): boolean {
    return this.#padding > 0 ? this.#letters + this.#padding === 4 : this.#letters === 0
  }
}
