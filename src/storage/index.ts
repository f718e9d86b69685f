// Stored bytes behind small interfaces. Rooms above read through these and know no disk, network or bucket.

export { type BlockedOptions, blocked } from './blocked.ts'
export type { ByteRange, ByteSource, ReadOptions } from './byte-source.ts'
export { StorageError, type StorageErrorCode } from './errors.ts'
export { type FetchRange, type HttpRangeOptions, httpRange } from './http-range.ts'
export {
  type FetchObject,
  faultOf,
  type HttpRangeSourceOptions,
  httpRangeSource,
  type ObjectResponse,
  readExactly,
} from './http-range-source.ts'
export { memorySource } from './memory.ts'
export { memoryRangeSource } from './memory-range.ts'
export { checkKey, type ObjectBody, type ObjectHead, type ObjectStore, type PutOptions } from './object-store.ts'
export type { RangeReadOptions, RangeSource } from './range-source.ts'
