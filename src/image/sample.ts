// Values of a source plane at the coordinates of grid cells. The rules for what is undefined:
//   bilinear  defined inside the hull of the pixel centres (0 <= x <= width-1, likewise y); NaN where any of the four
//             neighbours with a weight above zero is NaN.
//   nearest   defined over the whole pixels (-0.5 <= x < width-0.5): the value of the pixel the point lies in.
//   lanczos3  defined inside the hull of the centres; NaN where the nearest pixel is; other neighbours that are NaN or
//             outside are left out and the weights that remain are scaled to sum 1.
// Values are surface brightness: nothing is scaled by the ratio of the pixel areas.

import { CELL, type GridCells } from './grid.ts'
import { lanczosRow, lanczosTable } from './kernel.ts'
import type { MaskPlane, Plane } from './plane.ts'

export type Kernel = 'nearest' | 'bilinear' | 'lanczos3'

/** Rounding of coordinates must not undefine the outermost pixels of an image laid on itself. */
const EDGE = 1e-6

type Sampler = (source: Plane, sx: number, sy: number) => number

const SAMPLERS: Record<Kernel, Sampler> = { nearest, bilinear, lanczos3 }

/** Writes the sampled values into `out` (the whole target) and leaves it alone where the source is undefined. */
export function sampleCells(cells: GridCells, source: Plane, out: Plane, kernel: Kernel): void {
  const sample = SAMPLERS[kernel]
  const v = cells.values
  const { width, height } = source
  const to = out.data
  for (let at = 0, end = cells.count * CELL; at < end; at += CELL) {
    const nx = v[at + 2]
    const ny = v[at + 3]
    const box = reach(v, at, nx, ny)
    if (box.x1 < -0.5 || box.y1 < -0.5 || box.x0 > width - 0.5 || box.y0 > height - 0.5) continue
    if (kernel === 'bilinear' && box.x0 >= 0 && box.y0 >= 0 && box.x1 < width - 1 && box.y1 < height - 1) {
      bilinearInside(v, at, source, out)
      continue
    }
    for (let j = 0; j < ny; j++) {
      const sx0 = v[at + 4] + j * v[at + 6]
      const sy0 = v[at + 8] + j * v[at + 10]
      const dx = v[at + 5] + j * v[at + 7]
      const dy = v[at + 9] + j * v[at + 11]
      const o = (v[at + 1] + j) * out.width + v[at]
      for (let i = 0; i < nx; i++) {
        const value = sample(source, sx0 + i * dx, sy0 + i * dy)
        if (!Number.isNaN(value)) to[o + i] = value
      }
    }
  }
}

/** The mask bits of the four neighbours that a bilinear sample would use, or'ed into `out` where it is defined. */
export function orMaskCells(cells: GridCells, source: MaskPlane, out: MaskPlane): void {
  const v = cells.values
  for (let at = 0, end = cells.count * CELL; at < end; at += CELL) {
    for (let j = 0; j < v[at + 3]; j++) {
      const o = (v[at + 1] + j) * out.width + v[at]
      for (let i = 0; i < v[at + 2]; i++) {
        const sx = v[at + 4] + j * v[at + 6] + i * (v[at + 5] + j * v[at + 7])
        const sy = v[at + 8] + j * v[at + 10] + i * (v[at + 9] + j * v[at + 11])
        out.data[o + i] |= orOfNeighbours(source, sx, sy)
      }
    }
  }
}

const box = { x0: 0, x1: 0, y0: 0, y1: 0 }

/** The source box that a cell's pixels reach: a bilinear surface lies between its corners. */
function reach(v: Float64Array, at: number, nx: number, ny: number): typeof box {
  box.x0 = box.y0 = Number.POSITIVE_INFINITY
  box.x1 = box.y1 = Number.NEGATIVE_INFINITY
  for (let k = 0; k < 4; k++) {
    const i = (k & 1) * (nx - 1)
    const j = (k >> 1) * (ny - 1)
    const x = v[at + 4] + i * v[at + 5] + j * (v[at + 6] + i * v[at + 7])
    const y = v[at + 8] + i * v[at + 9] + j * (v[at + 10] + i * v[at + 11])
    if (x < box.x0) box.x0 = x
    if (x > box.x1) box.x1 = x
    if (y < box.y0) box.y0 = y
    if (y > box.y1) box.y1 = y
  }
  return box
}

/** The hot loop: every point of the cell has four neighbours, no bounds to look at. */
function bilinearInside(v: Float64Array, at: number, source: Plane, out: Plane): void {
  const nx = v[at + 2]
  const ny = v[at + 3]
  const { width, data } = source
  const to = out.data
  for (let j = 0; j < ny; j++) {
    const sx0 = v[at + 4] + j * v[at + 6]
    const sy0 = v[at + 8] + j * v[at + 10]
    const dx = v[at + 5] + j * v[at + 7]
    const dy = v[at + 9] + j * v[at + 11]
    let o = (v[at + 1] + j) * out.width + v[at]
    for (let i = 0; i < nx; i++, o++) {
      const sx = sx0 + i * dx
      const sy = sy0 + i * dy
      const ix = sx | 0
      const iy = sy | 0
      const p = iy * width + ix
      const tx = sx - ix
      const a = data[p]
      const c = data[p + width]
      const low = a + tx * (data[p + 1] - a)
      const high = c + tx * (data[p + width + 1] - c)
      let value = low + (sy - iy) * (high - low)
      if (Number.isNaN(value)) {
        value = bilinear(source, sx, sy)
        if (Number.isNaN(value)) continue
      }
      to[o] = value
    }
  }
}

function bilinear({ width, height, data }: Plane, sx: number, sy: number): number {
  if (!(sx >= -EDGE && sy >= -EDGE && sx <= width - 1 + EDGE && sy <= height - 1 + EDGE)) return Number.NaN
  const x = Math.min(Math.max(sx, 0), width - 1)
  const y = Math.min(Math.max(sy, 0), height - 1)
  const ix = Math.floor(x)
  const iy = Math.floor(y)
  const tx = x - ix
  const ty = y - iy
  const p = iy * width + ix
  const low = tx === 0 ? data[p] : data[p] + tx * (data[p + 1] - data[p])
  if (ty === 0) return low
  const q = p + width
  const high = tx === 0 ? data[q] : data[q] + tx * (data[q + 1] - data[q])
  return low + ty * (high - low)
}

function nearest({ width, height, data }: Plane, sx: number, sy: number): number {
  const x = Math.floor(sx + 0.5)
  const y = Math.floor(sy + 0.5)
  return x >= 0 && y >= 0 && x < width && y < height ? data[y * width + x] : Number.NaN
}

function lanczos3(source: Plane, sx: number, sy: number): number {
  const { width, height, data } = source
  if (!(sx >= -EDGE && sy >= -EDGE && sx <= width - 1 + EDGE && sy <= height - 1 + EDGE)) return Number.NaN
  const inner = lanczosInside(source, sx, sy)
  if (!Number.isNaN(inner)) return inner
  const middle = nearest(source, Math.min(Math.max(sx, 0), width - 1), Math.min(Math.max(sy, 0), height - 1))
  if (Number.isNaN(middle)) return Number.NaN
  const ix = Math.floor(sx)
  const iy = Math.floor(sy)
  const rowX = lanczosRow(sx - ix)
  const rowY = lanczosRow(sy - iy)
  let sum = 0
  let weights = 0
  for (let j = 0; j < 6; j++) {
    const y = iy + j - 2
    if (y < 0 || y >= height) continue
    const wy = lanczosTable[rowY + j]
    for (let i = 0; i < 6; i++) {
      const x = ix + i - 2
      if (x < 0 || x >= width) continue
      const value = data[y * width + x]
      if (Number.isNaN(value)) continue
      const weight = wy * lanczosTable[rowX + i]
      sum += weight * value
      weights += weight
    }
  }
  return sum / weights
}

/** All 36 neighbours on the image and defined: rows of weights that sum to 1. NaN where that is not so. */
function lanczosInside({ width, height, data }: Plane, sx: number, sy: number): number {
  const ix = Math.floor(sx)
  const iy = Math.floor(sy)
  if (ix < 2 || iy < 2 || ix > width - 4 || iy > height - 4) return Number.NaN
  const rowX = lanczosRow(sx - ix)
  const rowY = lanczosRow(sy - iy)
  const w0 = lanczosTable[rowX]
  const w1 = lanczosTable[rowX + 1]
  const w2 = lanczosTable[rowX + 2]
  const w3 = lanczosTable[rowX + 3]
  const w4 = lanczosTable[rowX + 4]
  const w5 = lanczosTable[rowX + 5]
  let sum = 0
  for (let j = 0, p = (iy - 2) * width + ix - 2; j < 6; j++, p += width)
    sum +=
      lanczosTable[rowY + j] *
      (w0 * data[p] + w1 * data[p + 1] + w2 * data[p + 2] + w3 * data[p + 3] + w4 * data[p + 4] + w5 * data[p + 5])
  return sum
}

function orOfNeighbours({ width, height, data }: MaskPlane, sx: number, sy: number): number {
  if (!(sx >= -EDGE && sy >= -EDGE && sx <= width - 1 + EDGE && sy <= height - 1 + EDGE)) return 0
  const x0 = Math.max(0, Math.floor(sx + EDGE))
  const y0 = Math.max(0, Math.floor(sy + EDGE))
  const x1 = Math.min(width - 1, Math.ceil(sx - EDGE))
  const y1 = Math.min(height - 1, Math.ceil(sy - EDGE))
  return data[y0 * width + x0] | data[y0 * width + x1] | data[y1 * width + x0] | data[y1 * width + x1]
}
