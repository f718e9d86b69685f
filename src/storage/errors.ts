export type StorageErrorCode = 'not-found' | 'source-changed' | 'out-of-range' | 'unavailable' | 'full'

/** A broken read or write of stored bytes. The message holds no path of the machine. */
export class StorageError extends Error {
  readonly code: StorageErrorCode
  constructor(code: StorageErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options as ErrorOptions)
    this.name = 'StorageError'
    this.code = code
  }
}
