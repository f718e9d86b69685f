// Pieces of planes, value for value. What hangs over the edge is NaN.

import { ImageError } from './errors.ts'
import { clipWindow, type Window } from './overlap.ts'
import { checkSize, type Plane } from './plane.ts'

export function extract(plane: Plane, window: Window): Plane {
  const { x0, y0, x1, y1 } = window
  if (![x0, y0, x1, y1].every(Number.isInteger))
    throw new ImageError('bad-window', `a window has whole pixels, got x ${x0} to ${x1}, y ${y0} to ${y1}`)
  const width = x1 - x0
  const height = y1 - y0
  checkSize(width, height)
  const data = plane.data instanceof Float64Array ? new Float64Array(width * height) : new Float32Array(width * height)
  const on = clipWindow(window, plane.width, plane.height)
  if (!on || on.x1 - on.x0 < width || on.y1 - on.y0 < height) data.fill(Number.NaN)
  if (on) {
    for (let y = on.y0; y < on.y1; y++) {
      const row = plane.data.subarray(y * plane.width + on.x0, y * plane.width + on.x1)
      data.set(row, (y - y0) * width + on.x0 - x0)
    }
  }
  return { width, height, data }
}
