export type VotableErrorCode = 'bad-value' | 'bad-document' | 'unsupported' | 'too-large'

/** What a table cannot hold, or a document that is no VOTable we read. */
export class VotableError extends Error {
  readonly code: VotableErrorCode
  constructor(code: VotableErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'VotableError'
    this.code = code
  }
}
