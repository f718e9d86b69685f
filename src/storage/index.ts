// Stored bytes behind small interfaces. Rooms above read through these and know no disk, network or bucket.

export type { ByteRange, ByteSource, ReadOptions } from './byte-source.ts'
export { StorageError, type StorageErrorCode } from './errors.ts'
export { memorySource } from './memory.ts'
