export type ObscoreErrorCode = 'bad-identifier'

export class ObscoreError extends Error {
  readonly code: ObscoreErrorCode
  constructor(code: ObscoreErrorCode, message: string) {
    super(message)
    this.name = 'ObscoreError'
    this.code = code
  }
}
