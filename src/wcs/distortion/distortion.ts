// A distortion is a map of the plane: SIP acts on pixels before the linear part, TPV and DSS on degrees after it.

export interface Distortion {
  readonly kind: 'SIP' | 'TPV' | 'DSS'
  /** Determinant of the map at the origin: its effect on the pixel scale. */
  readonly determinant: number
  /** Distorted coordinates; `out` may not be read before it is written. */
  apply(x: number, y: number, out: Float64Array): void
  /** The point that `apply` brings to (x, y); false where there is none. */
  invert(x: number, y: number, out: Float64Array): boolean
}
