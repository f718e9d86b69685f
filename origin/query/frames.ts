// What a query process says to its parent, over a pipe of its own: frames of a kind (1 byte), a length (4 bytes, little
// endian) and so many bytes. The process writes blocking: when nobody reads, it stands still, and nothing is piled up.

import { writevSync } from 'node:fs'
import type { Readable } from 'node:stream'

export const FRAME = {
  /** Bytes of the answer that end with a whole row. */
  rows: 1,
  /** Bytes of the answer that do not. */
  part: 2,
  /** JSON: the answer is complete. */
  end: 3,
  /** JSON: what went wrong; the process can take the next order. */
  error: 4,
  /** JSON: the description of an uploaded table. */
  table: 5,
  /** JSON: the process can take orders. */
  ready: 6,
} as const

export type FrameKind = (typeof FRAME)[keyof typeof FRAME]

export interface Frame {
  readonly kind: FrameKind
  readonly bytes: Uint8Array<ArrayBuffer>
}

const HEAD_BYTES = 5
const MAX_FRAME_BYTES = 1 << 20
/** Of the process's files: the first after the standard three. */
export const FRAME_PIPE = 3

const pause = new Int32Array(new SharedArrayBuffer(4))

/** Blocks until all is written, in one call unless the reader is slow. */
function writeAll(head: Uint8Array, payload: Uint8Array): void {
  for (let at = 0, count = head.length + payload.length; at < count; ) {
    try {
      at += writevSync(FRAME_PIPE, [head.subarray(at), payload.subarray(Math.max(0, at - head.length))])
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // Nobody will ever read again: the parent is gone.
      if (code !== 'EAGAIN') process.exit(0)
      Atomics.wait(pause, 0, 0, 1)
    }
  }
}

/** Large payloads go as several frames, all but the last as parts. */
export function writeFrame(kind: FrameKind, payload: Uint8Array): void {
  for (let at = 0; at === 0 || at < payload.length; at += MAX_FRAME_BYTES) {
    const piece = payload.subarray(at, at + MAX_FRAME_BYTES)
    const head = new Uint8Array(HEAD_BYTES)
    head[0] = kind === FRAME.rows && at + MAX_FRAME_BYTES < payload.length ? FRAME.part : kind
    new DataView(head.buffer).setUint32(1, piece.length, true)
    writeAll(head, piece)
  }
}

export const writeJson = (kind: FrameKind, value: unknown): void =>
  writeFrame(kind, new TextEncoder().encode(JSON.stringify(value)))

export const readJson = <T>({ bytes }: Frame): T => JSON.parse(new TextDecoder().decode(bytes)) as T

/**
 * Reads frames one at a time; what nobody asks for stays in the pipe. Those of an answer come in the pieces that the pipe
 * gives, uncopied: a piece that is not the last of its frame is a `part`.
 */
export class FrameReader {
  readonly #stream: Readable
  #chunk: Uint8Array<ArrayBuffer> = new Uint8Array(0)
  #kind: FrameKind = FRAME.part
  /** Bytes of the current frame that were not given yet. */
  #left = 0

  constructor(stream: Readable) {
    this.#stream = stream
    stream.on('error', () => {})
  }

  /** The next frame or piece; undefined when the process has ended. */
  async next(): Promise<Frame | undefined> {
    if (this.#left === 0) {
      const head = await this.#exactly(HEAD_BYTES)
      if (!head) return undefined
      this.#kind = head[0] as FrameKind
      this.#left = new DataView(head.buffer, head.byteOffset).getUint32(1, true)
      if (this.#left > MAX_FRAME_BYTES) return undefined
    }
    const kind = this.#kind
    const whole = kind !== FRAME.rows && kind !== FRAME.part
    if (!whole && this.#left > 0 && !(await this.#fill())) return undefined
    const bytes = whole ? await this.#exactly(this.#left) : this.#cut(this.#left)
    if (!bytes) return undefined
    this.#left -= bytes.length
    return { kind: this.#left > 0 ? FRAME.part : kind, bytes }
  }

  async #exactly(count: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (this.#chunk.length >= count) return this.#cut(count)
    const bytes = new Uint8Array(count)
    for (let at = 0; at < count; ) {
      if (!(await this.#fill())) return undefined
      const piece = this.#cut(count - at)
      bytes.set(piece, at)
      at += piece.length
    }
    return bytes
  }

  /** Sees that there is something to cut from; false when the process has ended. */
  async #fill(): Promise<boolean> {
    while (this.#chunk.length === 0) {
      const chunk: Buffer<ArrayBuffer> | null = this.#stream.read()
      if (chunk !== null) this.#chunk = chunk
      else if (this.#stream.readableEnded || this.#stream.destroyed) return false
      else await this.#readable()
    }
    return true
  }

  #readable(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        for (const event of ['readable', 'end', 'close']) this.#stream.off(event, done)
        resolve()
      }
      for (const event of ['readable', 'end', 'close']) this.#stream.on(event, done)
    })
  }

  /** At most so many bytes of the chunk. */
  #cut(count: number): Uint8Array<ArrayBuffer> {
    const bytes = this.#chunk.subarray(0, count)
    this.#chunk = this.#chunk.subarray(bytes.length)
    return bytes
  }
}
