export type FitsErrorCode =
  | 'not-fits'
  | 'truncated'
  | 'too-large'
  | 'bad-header'
  | 'bad-data'
  | 'bad-value'
  | 'out-of-range'
  | 'unsupported'

/** A broken, hostile or unsupported FITS file, or a value that FITS cannot hold. */
export class FitsError extends Error {
  readonly code: FitsErrorCode
  constructor(code: FitsErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options as ErrorOptions)
    this.name = 'FitsError'
    this.code = code
  }
}
