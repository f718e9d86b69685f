export type XmlErrorCode = 'bad-name'

/** Our own mistake: a name that is no XML name. */
export class XmlError extends Error {
  readonly code: XmlErrorCode
  constructor(code: XmlErrorCode, message: string) {
    super(message)
    this.name = 'XmlError'
    this.code = code
  }
}
