/**
 * `absent`: no such object. `changed`: another object than the one that was opened. `short`: fewer or more bytes than
 * the store said there are. `unavailable`: cannot be reached, slow, or out of its mind. `denied`: the store refuses us.
 * `full`: no room, or more than may be held.
 */
export type StorageErrorCode = 'absent' | 'changed' | 'short' | 'unavailable' | 'denied' | 'full'

/** A broken read or write of stored bytes. The message holds no path of the machine and no secret. */
export class StorageError extends Error {
  readonly code: StorageErrorCode
  constructor(code: StorageErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options as ErrorOptions)
    this.name = 'StorageError'
    this.code = code
  }
}
