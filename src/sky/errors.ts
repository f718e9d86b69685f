export type SkyErrorCode = 'bad-region' | 'too-large' | 'unsupported-frame'

/** A region or frame that has no meaning on the sphere. */
export class SkyError extends Error {
  readonly code: SkyErrorCode
  constructor(code: SkyErrorCode, message: string) {
    super(message)
    this.name = 'SkyError'
    this.code = code
  }
}
