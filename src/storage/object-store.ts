// Whole objects by key: put, looked at, listed, deleted, and read by ranges. A folder and an S3 bucket are such stores.

import { StorageError } from './errors.ts'
import type { RangeSource } from './range-source.ts'

export interface ObjectHead {
  readonly key: string
  readonly sizeBytes: number
  /** Strong, with quotes; what it is made of is the store's own affair. */
  readonly etag: string
  /** When it was put, Unix ms, whole seconds. */
  readonly modifiedMs: number
  /** As put; names in lower case. A listing may leave it out. */
  readonly metadata?: Readonly<Record<string, string>>
}

/** `pieces` starts anew at each call, so that a broken attempt can be made again. */
export interface ObjectBody {
  readonly sizeBytes: number
  pieces(): AsyncIterable<Uint8Array>
}

export interface PutOptions {
  /** Default `application/octet-stream`. */
  readonly contentType?: string
  /** Names of [a-z0-9-], values of printable ASCII. */
  readonly metadata?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** Bytes that went out so far. */
  readonly onProgress?: (sentBytes: number) => void
}

export interface ObjectStore {
  /** For messages: `s3://bucket/prefix`, never a secret. */
  readonly name: string
  /** All or nothing: a reader sees the object before or the whole new one. A body of another length is `short`. */
  put(key: string, body: Uint8Array | ObjectBody, options?: PutOptions): Promise<{ readonly etag: string }>
  /** Does not look whether the object is there. */
  open(key: string): RangeSource
  head(key: string, options?: { signal?: AbortSignal }): Promise<ObjectHead | undefined>
  /** Every object whose key starts with the prefix, by key; '' = all. */
  list(prefix: string): AsyncIterable<ObjectHead>
  /** An object that is not there is deleted already. */
  delete(key: string): Promise<void>
}

const KEY = /^[A-Za-z0-9_][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/

/** Keys are plain in every store, as a path and in an address: no dot segments, nothing to escape. */
export function checkKey(key: string): string {
  if (key.length > 900 || !KEY.test(key))
    throw new StorageError(
      'denied',
      `${JSON.stringify(key.slice(0, 100))} is no key of an object, expected names of A-Z a-z 0-9 _ . - with slashes between`,
    )
  return key
}
