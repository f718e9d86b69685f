// What can go wrong while a map is planned, built or asked for a tile. The map on disk is untouched by all of these.

export type HipsBuildErrorCode =
  | 'bad-name'
  | 'bad-option'
  | 'no-images'
  | 'no-pixels'
  | 'too-large'
  | 'no-such-map'
  | 'stale-map'
  | 'thread-failed'
  | 'disk-full'
  | 'busy'

export class HipsBuildError extends Error {
  readonly code: HipsBuildErrorCode
  constructor(code: HipsBuildErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'HipsBuildError'
    this.code = code
  }
}
