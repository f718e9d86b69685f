// Whole numbers of 0 to 2^53 - 1 in 1 to 8 bytes, seven bits each, lowest first, the top bit set where more follow
// (LEB128). Signed ones go back and forth: 0, -1, 1, -2, …

/** Bytes of the longest one. */
export const LONGEST = 8

export const signed = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value)
export const unsigned = (code: number): number => (code % 2 === 1 ? -(code + 1) / 2 : code / 2)

export class VarintWriter {
  #bytes: Uint8Array
  #length = 0

  constructor(expected: number) {
    this.#bytes = new Uint8Array(Math.max(16, expected))
  }

  write(value: number): void {
    if (this.#length + LONGEST > this.#bytes.length) {
      const longer = new Uint8Array(2 * this.#bytes.length)
      longer.set(this.#bytes)
      this.#bytes = longer
    }
    let rest = value
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) + 128
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.#length++] = rest
  }

  done(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }
}

/** Reads one after the other; `undefined` where the bytes end, or a number is too long to be exact. */
export class VarintReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  read(): number | undefined {
    const bytes = this.#bytes
    let byte = bytes[this.#at++]
    // Nearly all are of one to three bytes: those are done in 32 bits.
    if (byte < 128) return byte
    let value = byte & 127
    let unit = 128
    for (let k = 1; k < LONGEST; k++) {
      byte = bytes[this.#at++]
      if (byte === undefined) return undefined
      value += (byte & 127) * unit
      if (byte < 128) return value <= Number.MAX_SAFE_INTEGER ? value : undefined
      unit *= 128
    }
    return undefined
  }
}
