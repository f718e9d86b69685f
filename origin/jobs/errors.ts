export type JobErrorCode = 'newer-schema' | 'interrupted' | 'too-long' | 'no-room'

/** A job that cannot be kept or run. The message is fit for the client. */
export class JobError extends Error {
  readonly code: JobErrorCode
  constructor(code: JobErrorCode, message: string) {
    super(message)
    this.name = 'JobError'
    this.code = code
  }
}
