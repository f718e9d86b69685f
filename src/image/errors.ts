export type ImageErrorCode =
  | 'bad-size'
  | 'bad-grid'
  | 'bad-window'
  | 'bad-cuts'
  | 'bad-weight'
  | 'bad-channels'
  | 'shape-mismatch'

/** A wrong argument to a pixel operation: sizes, windows, cuts. Pixels themselves are never an error. */
export class ImageError extends Error {
  readonly code: ImageErrorCode
  constructor(code: ImageErrorCode, message: string) {
    super(message)
    this.name = 'ImageError'
    this.code = code
  }
}
