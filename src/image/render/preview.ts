// A plane as a small picture to look at: zscale, asinh, halved until it fits, top row up, transparent where undefined.

import type { Runtime } from '#src/runtime'
import { makePlane, type Plane } from '../plane.ts'
import { type Cuts, percentileCuts, zscale } from './cuts.ts'
import { encodePng } from './png.ts'
import { type Curve, stretch } from './stretch.ts'

export interface PreviewOptions {
  /** Longest side, pixels: larger planes are averaged by a whole factor. */
  readonly maxSize?: number
  readonly cuts?: Cuts | 'zscale' | 'percentile'
  readonly curve?: Curve
}

export function previewPng(
  plane: Plane,
  runtime: Pick<Runtime, 'zlib'>,
  { maxSize = 1024, cuts = 'zscale', curve = 'asinh' }: PreviewOptions = {},
): Uint8Array<ArrayBuffer> {
  const factor = Math.ceil(Math.max(plane.width, plane.height) / maxSize)
  const small = factor > 1 ? shrink(plane, factor) : plane
  const found = cuts === 'zscale' ? zscale(small) : cuts === 'percentile' ? percentileCuts(small) : cuts
  const pixels = stretch(small, found ?? { min: 0, max: 1 }, curve)
  return encodePng(small.width, small.height, 2, pixels, runtime, { bottomUp: true })
}

/** Means of the defined pixels of factor x factor boxes; the last ones may be smaller. */
export function shrink(plane: Plane, factor: number): Plane {
  const out = makePlane(Math.ceil(plane.width / factor), Math.ceil(plane.height / factor), 0)
  const count = new Uint32Array(out.data.length)
  for (let y = 0; y < plane.height; y++) {
    const row = Math.floor(y / factor) * out.width
    for (let x = 0; x < plane.width; x++) {
      const v = plane.data[y * plane.width + x]
      if (Number.isNaN(v)) continue
      const o = row + Math.floor(x / factor)
      out.data[o] += v
      count[o]++
    }
  }
  for (let o = 0; o < count.length; o++) out.data[o] = count[o] > 0 ? out.data[o] / count[o] : Number.NaN
  return out
}
