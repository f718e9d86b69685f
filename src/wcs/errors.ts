export type WcsErrorCode = 'missing' | 'unsupported' | 'singular' | 'invalid' | 'no-outline'

/** Coordinates that a header does not give, gives wrongly, or gives in a way that is not read here. */
export class WcsError extends Error {
  readonly code: WcsErrorCode
  constructor(code: WcsErrorCode, message: string) {
    super(message)
    this.name = 'WcsError'
    this.code = code
  }
}
