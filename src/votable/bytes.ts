// A growing buffer of big-endian values: what BINARY2 rows and FITS rows are put together in.

const encoder = new TextEncoder()

export class ByteSink {
  bytes: Uint8Array<ArrayBuffer>
  view: DataView<ArrayBuffer>
  length = 0

  constructor(capacity = 65536) {
    this.bytes = new Uint8Array(capacity)
    this.view = new DataView(this.bytes.buffer)
  }

  /** Makes room for so many bytes more; where they begin. */
  reserve(count: number): number {
    const at = this.length
    this.length += count
    if (this.length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.length, this.bytes.length * 2))
      grown.set(this.bytes.subarray(0, at))
      this.bytes = grown
      this.view = new DataView(grown.buffer)
    }
    return at
  }

  byte(value: number): void {
    const at = this.reserve(1)
    this.bytes[at] = value
  }

  int16(value: number): void {
    const at = this.reserve(2)
    this.view.setInt16(at, value)
  }

  int32(value: number): void {
    const at = this.reserve(4)
    this.view.setInt32(at, value)
  }

  int64(value: number | bigint): void {
    const at = this.reserve(8)
    if (typeof value === 'bigint') this.view.setBigInt64(at, value)
    else {
      this.view.setInt32(at, Math.floor(value / 4294967296))
      this.view.setUint32(at + 4, value >>> 0)
    }
  }

  float32(value: number): void {
    const at = this.reserve(4)
    this.view.setFloat32(at, value)
  }

  float64(value: number): void {
    const at = this.reserve(8)
    this.view.setFloat64(at, value)
  }

  /** UTF-8; the bytes it took. */
  utf8(text: string): number {
    const start = this.reserve(text.length)
    const { bytes } = this
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code > 0x7f) {
        this.length = start
        this.reserve(3 * text.length)
        const { written } = encoder.encodeInto(text, this.bytes.subarray(start))
        this.length = start + written
        return written
      }
      bytes[start + i] = code
    }
    return text.length
  }

  /** What is not ASCII becomes a question mark; the bytes it took. */
  ascii(text: string): number {
    const start = this.reserve(text.length)
    const { bytes } = this
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      bytes[start + i] = code > 0x7f ? 0x3f : code
    }
    return text.length
  }

  raw(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length)
    this.bytes.set(bytes, at)
  }

  zeros(count: number): void {
    const at = this.reserve(count)
    this.bytes.fill(0, at, at + count)
  }

  /** A copy of the first bytes (default all); the rest moves to the front. */
  take(count = this.length): Uint8Array<ArrayBuffer> {
    const out = this.bytes.slice(0, count)
    this.drop(count)
    return out
  }

  drop(count: number): void {
    this.bytes.copyWithin(0, count, this.length)
    this.length -= count
  }
}
