// The one thing the formats ask of storage: bytes by range. Files, HTTP, object stores and arrays all look like this.

export interface ByteRange {
  /** Bytes from the start of the object, >= 0. */
  readonly offset: number
  /** Bytes wanted, >= 0. */
  readonly length: number
}

export interface ReadOptions {
  readonly signal?: AbortSignal
}

export interface ByteSource {
  /** What it is, for error messages and cache keys: no host path, no secret. */
  readonly key: string
  /** Bytes in the object. */
  size(): Promise<number>
  /**
   * The bytes of a range. Shorter than asked only where the object ends;
   * throws StorageError('changed') when the object was replaced since it was opened.
   */
  read(range: ByteRange, options?: ReadOptions): Promise<Uint8Array>
}
