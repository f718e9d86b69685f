// Packs that are open, by name: their directories take at most so many bytes, the least recently asked goes first.

import type { PackReader } from './read.ts'

export class PackCache {
  readonly #maxBytes: number
  readonly #readers = new Map<string, PackReader>()

  /** `maxBytes` of directories; one larger than all of it is held alone. */
  constructor({ maxBytes }: { readonly maxBytes: number }) {
    this.#maxBytes = maxBytes
  }

  get memoryBytes(): number {
    let sum = 0
    for (const reader of this.#readers.values()) sum += reader.memoryBytes + PER_READER
    return sum
  }

  /** The reader under a name, opened where it is not here. The name says all that makes a pack another one. */
  get(name: string, open: () => PackReader): PackReader {
    const known = this.#readers.get(name)
    this.#readers.delete(name)
    // Only now is it looked at all: a reader grows once, when it reads its directory.
    if (!known) this.#trim(PER_READER)
    const reader = known ?? open()
    this.#readers.set(name, reader)
    return reader
  }

  delete(name: string): void {
    this.#readers.delete(name)
  }

  #trim(more: number): void {
    let bytes = this.memoryBytes + more
    for (const [name, reader] of this.#readers) {
      if (bytes <= this.#maxBytes) return
      this.#readers.delete(name)
      bytes -= reader.memoryBytes + PER_READER
    }
  }
}

/** A reader, its source and its names, about. */
const PER_READER = 1024
