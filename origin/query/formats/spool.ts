// A temporary file that has no name: it is gone with its last user, also when that is killed.

import { randomUUID } from 'node:crypto'
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { QueryError } from '../errors.ts'

export class Spool {
  length = 0
  readonly #fd: number
  readonly #maxBytes: number

  constructor(maxBytes: number) {
    const path = join(tmpdir(), `spool-${randomUUID()}`)
    this.#fd = openSync(path, 'wx+', 0o600)
    unlinkSync(path)
    this.#maxBytes = maxBytes
  }

  append(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.#maxBytes) {
      const megabytes = Math.round(this.#maxBytes / 1e6)
      throw new QueryError('too-large', `the table needs more than the ${megabytes} MB of disk that a query may use`)
    }
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at, bytes.length - at, this.length + at)
    this.length += bytes.length
  }

  /** Fills `into` from a position; the bytes that were there. */
  read(into: Uint8Array, position: number): number {
    return readSync(this.#fd, into, 0, into.length, position)
  }

  close(): void {
    closeSync(this.#fd)
  }
}
