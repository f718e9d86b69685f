// Bytes that are already here, as a source: tests, small files, unpacked members.

import type { ByteRange, ByteSource } from './byte-source.ts'

export function memorySource(key: string, bytes: Uint8Array): ByteSource {
  return {
    key,
    size: async () => bytes.length,
    read: async ({ offset, length }: ByteRange) => bytes.subarray(offset, Math.min(bytes.length, offset + length)),
  }
}
