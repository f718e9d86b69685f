// What a query process says to its parent, over a pipe of its own: frames of a kind (1 byte), a length (4 bytes, little
// endian) and so many bytes. The process writes blocking: when nobody reads, it stands still, and nothing is piled up.

import { writeSync } from 'node:fs'
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

function writeAll(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(FRAME_PIPE, bytes, at)
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
    const frame = new Uint8Array(HEAD_BYTES + piece.length)
    frame[0] = kind === FRAME.rows && at + MAX_FRAME_BYTES < payload.length ? FRAME.part : kind
    new DataView(frame.buffer).setUint32(1, piece.length, true)
    frame.set(piece, HEAD_BYTES)
    writeAll(frame)
  }
}

export const writeJson = (kind: FrameKind, value: unknown): void =>
  writeFrame(kind, new TextEncoder().encode(JSON.stringify(value)))

export const readJson = <T>({ bytes }: Frame): T => JSON.parse(new TextDecoder().decode(bytes)) as T

/** Reads frames one at a time; what nobody asks for stays in the pipe. */
export class FrameReader {
  readonly #stream: Readable
  #chunks: Buffer[] = []
  #length = 0

  constructor(stream: Readable) {
    this.#stream = stream
    stream.on('error', () => {})
  }

  /** The next frame; undefined when the process has ended. */
  async next(): Promise<Frame | undefined> {
    if (!(await this.#fill(HEAD_BYTES))) return undefined
    const head = this.#cut(HEAD_BYTES)
    const length = head.readUInt32LE(1)
    if (length > MAX_FRAME_BYTES || !(await this.#fill(length))) return undefined
    const bytes = new Uint8Array(length)
    bytes.set(this.#cut(length))
    return { kind: head[0] as FrameKind, bytes }
  }

  async #fill(count: number): Promise<boolean> {
    while (this.#length < count) {
      const chunk: Buffer | null = this.#stream.read()
      if (chunk !== null) {
        this.#chunks.push(chunk)
        this.#length += chunk.length
      } else if (this.#stream.readableEnded || this.#stream.destroyed) return false
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

  #cut(count: number): Buffer {
    const all = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks)
    this.#length -= count
    this.#chunks = this.#length > 0 ? [all.subarray(count)] : []
    return all.subarray(0, count)
  }
}
