export type IngestErrorCode = 'refused' | 'bad-mapping' | 'no-folder' | 'bad-repository' | 'bad-table'

/** A file that is not taken, a mapping that cannot be used: one sentence, without the machine's paths. */
export class IngestError extends Error {
  readonly code: IngestErrorCode
  constructor(code: IngestErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'IngestError'
    this.code = code
  }
}
