// A plane of pixels: row-major, first row first (FITS order: the bottom one), pixel centres at integer (x, y) from 0.
// NaN = undefined. Masks are planes of int32 bit patterns; an undefined mask pixel is 0.

import { ImageError } from './errors.ts'

export interface Plane {
  readonly width: number
  readonly height: number
  readonly data: Float32Array | Float64Array
}

export interface MaskPlane {
  readonly width: number
  readonly height: number
  readonly data: Int32Array
}

/** Pixels of one plane at most: 2^30 float32 are 4 GiB, more than any caller should hold. */
export const MAX_PIXELS = 2 ** 30

export function checkSize(width: number, height: number): void {
  const whole = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0
  if (!whole || width * height > MAX_PIXELS)
    throw new ImageError('bad-size', `a plane is 1 to ${MAX_PIXELS} pixels, got ${width} x ${height}`)
}

/** A new float32 plane, all NaN unless `fill` says otherwise. */
export function makePlane(width: number, height: number, fill = Number.NaN): Plane & { readonly data: Float32Array } {
  checkSize(width, height)
  const data = new Float32Array(width * height)
  if (fill !== 0) data.fill(fill)
  return { width, height, data }
}

export function makeMask(width: number, height: number): MaskPlane {
  checkSize(width, height)
  return { width, height, data: new Int32Array(width * height) }
}

/** Throws unless the plane is exactly `width` by `height` and its data as long as that says. */
export function requireShape(
  plane: { width: number; height: number; data: { length: number } },
  width: number,
  height: number,
): void {
  if (plane.width !== width || plane.height !== height || plane.data.length !== width * height)
    throw new ImageError(
      'shape-mismatch',
      `expected a plane of ${width} x ${height}, got ${plane.width} x ${plane.height} with ${plane.data.length} values`,
    )
}
