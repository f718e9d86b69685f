export type HealpixErrorCode = 'bad-order' | 'bad-npix' | 'bad-position' | 'bad-region' | 'too-many'

/** A cell, position or region that HEALPix cannot take, or a covering larger than asked for. */
export class HealpixError extends Error {
  readonly code: HealpixErrorCode
  constructor(code: HealpixErrorCode, message: string) {
    super(message)
    this.name = 'HealpixError'
    this.code = code
  }
}
