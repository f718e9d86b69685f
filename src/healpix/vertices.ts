// The outline of a cell. Its sides are no great circles: ask for more steps where that matters.

import { facePoint, splitCell } from './nested.ts'
import { checkCell } from './order.ts'

/** Corners S, W, N, E: counter-clockwise on the sky as seen from inside. */
const CORNER_X = [0, 0, 1, 1]
const CORNER_Y = [0, 1, 1, 0]

/**
 * The outline, `stepsPerEdge` points on each side starting at its corner: lon, lat, lon, lat, ... radians,
 * 8 * stepsPerEdge numbers, from the south corner by west, north and east.
 */
export function vertices(order: number, npix: number, stepsPerEdge = 1): Float64Array {
  checkCell(order, npix)
  const [face, x, y] = splitCell(order, npix, new Int32Array(3))
  const n = 2 ** order
  const out = new Float64Array(8 * stepsPerEdge)
  const point = new Float64Array(3)
  for (let side = 0; side < 4; side++) {
    const end = (side + 1) & 3
    for (let step = 0; step < stepsPerEdge; step++) {
      const f = step / stepsPerEdge
      const cornerX = CORNER_X[side] * (1 - f) + CORNER_X[end] * f
      const cornerY = CORNER_Y[side] * (1 - f) + CORNER_Y[end] * f
      facePoint(face, (x + cornerX) / n, (y + cornerY) / n, point)
      const at = 2 * (side * stepsPerEdge + step)
      out[at] = point[0]
      out[at + 1] = Math.atan2(point[1], point[2])
    }
  }
  return out
}
