export type HipsErrorCode = 'bad-address' | 'bad-properties' | 'too-large'

/** A tile that cannot exist, or a description that says nothing sound. */
export class HipsError extends Error {
  readonly code: HipsErrorCode
  constructor(code: HipsErrorCode, message: string) {
    super(message)
    this.name = 'HipsError'
    this.code = code
  }
}
