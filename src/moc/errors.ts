export type MocErrorCode = 'bad-syntax' | 'bad-cell' | 'unsupported' | 'too-large'

/** A coverage map that cannot be read, or a cell that does not exist. */
export class MocError extends Error {
  readonly code: MocErrorCode
  constructor(code: MocErrorCode, message: string) {
    super(message)
    this.name = 'MocError'
    this.code = code
  }
}
