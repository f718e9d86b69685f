// One object read by ranges that all come from the same version of it: the first read learns its ETag, later ones name
// it. What packed maps are read through, from a disk, an object store or over HTTP.

export interface RangeReadOptions {
  /** Only from the object of this ETag: another one is StorageError('changed'). */
  readonly ifMatch?: string
  readonly signal?: AbortSignal
}

export interface RangeSource {
  /** What it is, for messages: no host path, no secret. */
  readonly key: string
  /**
   * Of the object that the latest read without `ifMatch` saw, strong, with quotes: known after that read without
   * another request. Asked before any read, it costs one look at the object.
   */
  readonly etag: Promise<string> | string
  /**
   * The bytes [start, end). Fewer only where the object ends there. Throws StorageError: `absent`, `changed`,
   * `short` where the store sends fewer or more bytes than it said, `unavailable`, `denied`.
   */
  read(start: number, end: number, options?: RangeReadOptions): Promise<Uint8Array>
}
