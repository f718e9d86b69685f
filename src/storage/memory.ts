// Bytes that are already here, as a source: tests, small files, unpacked members.

import type { ByteRange, ByteSource } from './byte-source.ts'

export function memorySource(key: string, given: Uint8Array): ByteSource {
  // Subclasses (Node's Buffer) change what slice means: what is read here is always a plain array.
  const bytes = new Uint8Array(given.buffer, given.byteOffset, given.length)
  return {
    key,
    size: async () => bytes.length,
    read: async ({ offset, length }: ByteRange) => bytes.subarray(offset, Math.min(bytes.length, offset + length)),
  }
}
