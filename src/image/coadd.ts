// Weighted means of overlapping planes on one grid. A pixel takes part where its value is finite and its weight above
// zero; without any it stays NaN. The variance of the mean is sum(w^2 v) / sum(w)^2; with weights 1/v, 1 / sum(w).

import { ImageError } from './errors.ts'
import { checkSize, makePlane, type Plane, requireShape } from './plane.ts'

export interface Coadd {
  readonly width: number
  readonly height: number
  /** Sums of weight times value, of weight, and of weight squared times variance. */
  readonly sum: Float64Array
  readonly weight: Float64Array
  readonly noise: Float64Array
  /** Planes that took part in each pixel. */
  readonly count: Uint16Array
}

export interface CoaddOptions {
  /** Variance of each value; 1/weight where absent. */
  readonly variance?: Plane
  /** Where on the coadd the plane's first pixel lies; it must fit. */
  readonly at?: readonly [number, number]
}

export function startCoadd(width: number, height: number): Coadd {
  checkSize(width, height)
  const sums = () => new Float64Array(width * height)
  return { width, height, sum: sums(), weight: sums(), noise: sums(), count: new Uint16Array(width * height) }
}

/** Adds a plane with one weight, or a plane of them. */
export function addToCoadd(
  coadd: Coadd,
  plane: Plane,
  weight: Plane | number = 1,
  { variance, at: [x0, y0] = [0, 0] }: CoaddOptions = {},
): void {
  const { width, height } = plane
  if (!(x0 >= 0 && y0 >= 0 && x0 + width <= coadd.width && y0 + height <= coadd.height))
    throw new ImageError(
      'shape-mismatch',
      `a plane of ${width} x ${height} at (${x0}, ${y0}) does not fit a coadd of ${coadd.width} x ${coadd.height}`,
    )
  if (typeof weight === 'number') {
    if (!(weight > 0 && Number.isFinite(weight)))
      throw new ImageError('bad-weight', `a coadd weight is a finite number above zero, got ${weight}`)
  } else requireShape(weight, width, height)
  if (variance) requireShape(variance, width, height)
  const weights = typeof weight === 'number' ? undefined : weight.data
  const { sum, weight: total, noise, count } = coadd
  for (let y = 0, i = 0; y < height; y++) {
    let o = (y0 + y) * coadd.width + x0
    for (let x = 0; x < width; x++, i++, o++) {
      const w = weights ? weights[i] : (weight as number)
      const v = plane.data[i]
      // NaN and infinities fail the comparisons.
      if (!(w > 0 && w < Number.POSITIVE_INFINITY && Number.isFinite(v))) continue
      sum[o] += w * v
      total[o] += w
      noise[o] += variance ? w * w * variance.data[i] : w
      count[o]++
    }
  }
}

export interface CoaddResult {
  readonly image: Plane
  /** Of the mean. */
  readonly variance: Plane
}

export function finishCoadd(coadd: Coadd): CoaddResult {
  const image = makePlane(coadd.width, coadd.height)
  const variance = makePlane(coadd.width, coadd.height)
  for (let i = 0; i < coadd.sum.length; i++) {
    const w = coadd.weight[i]
    if (w === 0) continue
    image.data[i] = coadd.sum[i] / w
    variance.data[i] = coadd.noise[i] / (w * w)
  }
  return { image, variance }
}
