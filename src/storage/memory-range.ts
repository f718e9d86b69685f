// Bytes that are already here, as a range source.

import { StorageError } from './errors.ts'
import type { RangeSource } from './range-source.ts'

export function memoryRangeSource(key: string, bytes: Uint8Array, etag = '"memory"'): RangeSource {
  return {
    key,
    etag,
    async read(start, end, { ifMatch } = {}) {
      if (ifMatch && ifMatch !== etag) throw new StorageError('changed', `${key} was replaced since it was opened`)
      return bytes.subarray(start, Math.max(start, end))
    },
  }
}
