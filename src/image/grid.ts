// Where each target pixel lies on the source, as few exact coordinates as the map allows: exact on a grid of `step`
// pixels, linear inside. The error is measured, not assumed: at the middle and the edge middles of every cell the
// exact map is compared with the linear one, and a cell that errs by more than `tolerancePx` source pixels, or that
// has an undefined point, is quartered, in the end to single exact pixels. So seams (0/360, facet edges of HPX, the
// pole of a cylindrical map) are exact: a line that crosses a cell always parts its corners.
// Measured cells are used at half the measured step, where a smooth map errs a quarter as much.

import { ImageError } from './errors.ts'
import type { Window } from './overlap.ts'

/** Exact source pixels (x, y pairs) of target pixels (x, y pairs, whole numbers); NaN where there is none. */
export type PixelMap = (target: Float64Array, source: Float64Array) => void

export interface GridOptions {
  /** Target pixels between exact coordinates, >= 2. */
  readonly step?: number
  /** Largest error allowed at a measured point, source pixels. */
  readonly tolerancePx?: number
}

/** Numbers per cell: x, y, nx, ny, then for source x and source y: value, d/dx, d/dy, d2/dxdy. */
export const CELL = 12
/** An undefined region smaller than this many target pixels may hide a defined island; larger ones are searched. */
const ISLAND = 4
/** In the 3 x 3 points of a cell, row by row: its corners, its middles, and from a point to the corners of its quarter. */
const CORNERS = [0, 2, 6, 8]
const MIDDLES = [1, 3, 4, 5, 7]
const NEXT = [0, 1, 3, 4]

export class GridCells {
  values = new Float64Array(CELL * 64)
  count = 0

  clear(): void {
    this.count = 0
  }

  /** A cell of nx by ny pixels between the exact points a, a+1, a+3, a+4, which lie wx and wy pixels apart. */
  add(
    x: number,
    y: number,
    nx: number,
    ny: number,
    wx: number,
    wy: number,
    px: Float64Array,
    py: Float64Array,
    a: number,
  ): void {
    const at = this.count++ * CELL
    if (at + CELL > this.values.length) {
      const grown = new Float64Array(this.values.length * 2)
      grown.set(this.values)
      this.values = grown
    }
    const v = this.values
    v[at] = x
    v[at + 1] = y
    v[at + 2] = nx
    v[at + 3] = ny
    plane(v, at + 4, px, a, wx, wy)
    plane(v, at + 8, py, a, wx, wy)
  }
}

/** Value and slopes of the bilinear surface through four exact points; without extent, the value alone. */
function plane(v: Float64Array, k: number, p: Float64Array, a: number, wx: number, wy: number): void {
  v[k] = p[a]
  v[k + 1] = wx > 0 ? (p[a + 1] - p[a]) / wx : 0
  v[k + 2] = wy > 0 ? (p[a + 3] - p[a]) / wy : 0
  v[k + 3] = wx > 0 && wy > 0 ? (p[a + 4] - p[a + 3] - p[a + 1] + p[a]) / (wx * wy) : 0
}

/** Nodes from first to last (both included), every `step`, with a middle between each two: even = corner, odd = middle. */
function nodes(first: number, last: number, step: number): number[] {
  const out = [first]
  for (let at = first; at < last || out.length === 1; ) {
    const next = Math.min(last, at + step)
    out.push((at + next) >> 1, next)
    at = next
  }
  return out
}

/** Fills `cells` with the map over the window. Nothing is written for pixels that have no source coordinate. */
export function measureGrid(
  map: PixelMap,
  window: Window,
  cells: GridCells,
  { step = 32, tolerancePx = 1e-3 }: GridOptions = {},
): void {
  if (!(Number.isInteger(step) && step >= 2 && tolerancePx >= 0))
    throw new ImageError(
      'bad-grid',
      `a grid has a whole step >= 2 and a tolerance >= 0, got ${step} and ${tolerancePx}`,
    )
  cells.clear()
  const lastX = window.x1 - 1
  const lastY = window.y1 - 1
  const xs = nodes(window.x0, lastX, step)
  const ys = nodes(window.y0, lastY, step)
  const target = new Float64Array(xs.length * ys.length * 2)
  for (let j = 0, k = 0; j < ys.length; j++) {
    for (let i = 0; i < xs.length; i++) {
      target[k++] = xs[i]
      target[k++] = ys[j]
    }
  }
  const source = new Float64Array(target.length)
  map(target, source)

  const px = new Float64Array(9)
  const py = new Float64Array(9)
  for (let j = 0; j + 2 < ys.length; j += 2) {
    for (let i = 0; i + 2 < xs.length; i += 2) {
      for (let k = 0; k < 9; k++) {
        const n = 2 * ((j + ((k / 3) | 0)) * xs.length + i + (k % 3))
        px[k] = source[n]
        py[k] = source[n + 1]
      }
      settle(xs[i], ys[j], xs[i + 2], ys[j + 2], px, py)
    }
  }

  /** Takes the 3 x 3 exact points of a cell as they are, or quarters it. */
  function settle(x0: number, y0: number, x2: number, y2: number, px: Float64Array, py: Float64Array): void {
    const xs = [x0, (x0 + x2) >> 1, x2]
    const ys = [y0, (y0 + y2) >> 1, y2]
    let defined = 0
    for (let k = 0; k < 9; k++) if (Number.isFinite(px[k] + py[k])) defined++
    if (defined === 0 && x2 - x0 <= ISLAND && y2 - y0 <= ISLAND) return
    const done = (x2 - x0 <= 2 && y2 - y0 <= 2) || (defined === 9 && measuredError(xs, ys, px, py) <= tolerancePx)
    for (let q = 0; q < 4; q++) {
      const i = q & 1
      const j = q >> 1
      // A window one pixel wide has all three nodes in one place: its first half stands for both.
      if ((i === 1 && x0 === x2) || (j === 1 && y0 === y2)) continue
      const nx = xs[i + 1] - xs[i] + (xs[i + 1] === lastX ? 1 : 0)
      const ny = ys[j + 1] - ys[j] + (ys[j + 1] === lastY ? 1 : 0)
      if (nx === 0 || ny === 0) continue
      if (done) emit(xs[i], ys[j], nx, ny, xs[i + 1] - xs[i], ys[j + 1] - ys[j], px, py, j * 3 + i)
      else quarter(xs[i], ys[j], xs[i + 1], ys[j + 1], px, py, j * 3 + i)
    }
  }

  /** Asks the map for the five middles of a quarter whose corners are known: point `a` and its neighbours. */
  function quarter(
    xa: number,
    ya: number,
    xb: number,
    yb: number,
    px: Float64Array,
    py: Float64Array,
    a: number,
  ): void {
    const xm = (xa + xb) >> 1
    const ym = (ya + yb) >> 1
    const found = new Float64Array(10)
    map(new Float64Array([xm, ya, xa, ym, xm, ym, xb, ym, xm, yb]), found)
    const qx = new Float64Array(9)
    const qy = new Float64Array(9)
    for (let c = 0; c < 4; c++) {
      qx[CORNERS[c]] = px[a + NEXT[c]]
      qy[CORNERS[c]] = py[a + NEXT[c]]
    }
    for (let m = 0; m < 5; m++) {
      qx[MIDDLES[m]] = found[2 * m]
      qy[MIDDLES[m]] = found[2 * m + 1]
    }
    settle(xa, ya, xb, yb, qx, qy)
  }

  /** Writes the part whose lower left exact point is `a` and whose nodes lie wx and wy pixels apart. */
  function emit(
    x: number,
    y: number,
    nx: number,
    ny: number,
    wx: number,
    wy: number,
    px: Float64Array,
    py: Float64Array,
    a: number,
  ): void {
    if (NEXT.every((n) => Number.isFinite(px[a + n] + py[a + n]))) {
      cells.add(x, y, nx, ny, wx, wy, px, py, a)
      return
    }
    // Only parts of one pixel between nodes come here: each pixel stands on its own exact point.
    for (let j = 0; j < ny; j++)
      for (let i = 0; i < nx; i++) {
        const k = a + 3 * j + i
        if (Number.isFinite(px[k] + py[k])) cells.add(x + i, y + j, 1, 1, 0, 0, px, py, k)
      }
  }
}

/** Largest distance, source pixels, between the exact middles of a cell and the bilinear map through its corners. */
function measuredError(xs: number[], ys: number[], px: Float64Array, py: Float64Array): number {
  const tx = xs[2] > xs[0] ? (xs[1] - xs[0]) / (xs[2] - xs[0]) : 0
  const ty = ys[2] > ys[0] ? (ys[1] - ys[0]) / (ys[2] - ys[0]) : 0
  let worst = 0
  for (const k of MIDDLES) {
    const u = k % 3 === 0 ? 0 : k % 3 === 2 ? 1 : tx
    const v = k < 3 ? 0 : k > 5 ? 1 : ty
    const dx = bilinear(px, u, v) - px[k]
    const dy = bilinear(py, u, v) - py[k]
    worst = Math.max(worst, dx * dx + dy * dy)
  }
  return Math.sqrt(worst)
}

const bilinear = (p: Float64Array, u: number, v: number) =>
  (1 - v) * ((1 - u) * p[0] + u * p[2]) + v * ((1 - u) * p[6] + u * p[8])
