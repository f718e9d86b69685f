// Weighted means of overlapping planes on one grid. With weights 1/variance the sum of weights is 1/variance of the
// mean. A pixel takes part where its value is finite and its weight above zero; without any it stays NaN.

import { ImageError } from './errors.ts'
import { checkSize, makePlane, type Plane, requireShape } from './plane.ts'

export interface Coadd {
  readonly width: number
  readonly height: number
  /** Sum of weight times value, and of weight. */
  readonly sum: Float64Array
  readonly weight: Float64Array
  /** Planes that took part in each pixel. */
  readonly count: Uint16Array
}

export function startCoadd(width: number, height: number): Coadd {
  checkSize(width, height)
  const n = width * height
  return { width, height, sum: new Float64Array(n), weight: new Float64Array(n), count: new Uint16Array(n) }
}

/** Adds a plane of the coadd's own size, with one weight or a plane of them. */
export function addToCoadd(coadd: Coadd, plane: Plane, weight: Plane | number = 1): void {
  requireShape(plane, coadd.width, coadd.height)
  if (typeof weight === 'number') {
    if (!(weight > 0 && Number.isFinite(weight)))
      throw new ImageError('bad-weight', `a coadd weight is a finite number above zero, got ${weight}`)
  } else requireShape(weight, coadd.width, coadd.height)
  const values = plane.data
  const weights = typeof weight === 'number' ? undefined : weight.data
  const { sum, weight: total, count } = coadd
  for (let i = 0; i < values.length; i++) {
    const w = weights ? weights[i] : (weight as number)
    const v = values[i]
    // NaN and infinities fail both comparisons.
    if (!(w > 0 && w < Number.POSITIVE_INFINITY && v - v === 0)) continue
    sum[i] += w * v
    total[i] += w
    count[i]++
  }
}

export interface CoaddResult {
  readonly image: Plane
  /** 1 / sum of weights: the variance of the mean when the weights are inverse variances. */
  readonly variance: Plane
}

export function finishCoadd(coadd: Coadd): CoaddResult {
  const image = makePlane(coadd.width, coadd.height)
  const variance = makePlane(coadd.width, coadd.height)
  for (let i = 0; i < coadd.sum.length; i++) {
    const w = coadd.weight[i]
    if (w === 0) continue
    image.data[i] = coadd.sum[i] / w
    variance.data[i] = 1 / w
  }
  return { image, variance }
}
