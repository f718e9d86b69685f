// Four child tiles into their parent: each parent pixel is the mean of the defined ones among its 2 x 2.
// Which quarter of the parent's array a child fills is the caller's knowledge (HiPS: room hips; the array's row order
// is the FITS one, so for child x + 2y in the parent: column half = y, row half = 1 - x).

import { ImageError } from './errors.ts'
import { type Plane, requireShape } from './plane.ts'

export interface Quadrant {
  /** 0 = left half of the columns, 1 = right half. */
  readonly column: 0 | 1
  /** 0 = first half of the rows, 1 = second half. */
  readonly row: 0 | 1
}

/** Writes a child, halved, into its quadrant of the parent (of the same size as the child, an even one). */
export function downsample2(child: Plane, { column, row }: Quadrant, parent: Plane): void {
  requireShape(child, parent.width, parent.height)
  if (parent.width % 2 || parent.height % 2)
    throw new ImageError('bad-size', `tiles to halve have even sides, got ${parent.width} x ${parent.height}`)
  const w = parent.width / 2
  const h = parent.height / 2
  const from = child.data
  const to = parent.data
  for (let y = 0; y < h; y++) {
    let p = 2 * y * child.width
    let o = (row * h + y) * parent.width + column * w
    for (let x = 0; x < w; x++, p += 2, o++) {
      const a = from[p]
      const b = from[p + 1]
      const c = from[p + child.width]
      const d = from[p + child.width + 1]
      const all = a + b + c + d
      to[o] = !Number.isNaN(all) ? all * 0.25 : meanOfDefined(a, b, c, d)
    }
  }
}

function meanOfDefined(...values: number[]): number {
  let sum = 0
  let n = 0
  for (const value of values) {
    if (Number.isNaN(value)) continue
    sum += value
    n++
  }
  return n > 0 ? sum / n : Number.NaN
}
