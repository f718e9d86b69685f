export type QueryErrorCode =
  | 'overloaded'
  | 'timeout'
  | 'aborted'
  | 'too-large'
  | 'bad-upload'
  | 'refused'
  | 'failed'
  | 'unavailable'

/**
 * A query that could not be run to its end. The message is fit for the client; what the store said is in `detail`, for
 * the log only.
 */
export class QueryError extends Error {
  readonly code: QueryErrorCode
  readonly detail?: string
  readonly retryAfterS?: number
  constructor(code: QueryErrorCode, message: string, options: { detail?: string; retryAfterS?: number } = {}) {
    super(message)
    this.name = 'QueryError'
    this.code = code
    this.detail = options.detail
    this.retryAfterS = options.retryAfterS
  }
}
