// What can go wrong while a map that others made is taken in, copied or pulled through. What was served before still is.

export type OthersErrorCode =
  | 'bad-option'
  | 'bad-tree'
  | 'bad-properties'
  | 'too-large'
  | 'not-clonable'
  | 'refused-address'
  | 'away'
  | 'bad-answer'
  | 'incomplete'
  | 'check-failed'
  | 'changed'
  | 'disk-full'

export class OthersError extends Error {
  readonly code: OthersErrorCode
  constructor(code: OthersErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'OthersError'
    this.code = code
  }
}
