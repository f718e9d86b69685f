// A PNG of the image plane: zscale, asinh, rows as the file has them (north is not turned up), transparent where
// pixels are undefined. Large windows are averaged band by band, so memory is bounded by the picture.

import { readWindow, toPhysical } from '#src/fits'
import { type Plane, previewPng } from '#src/image'
import type { Runtime } from '#src/runtime'
import type { CutoutPlan } from './plan.ts'

/** Longest side of the picture, pixels. */
const MAX_SIDE = 1024
/** Pixels decoded at once. */
const BAND_PIXELS = 1 << 22

export async function previewOf(
  { planes: [{ file, hdu, window }] }: CutoutPlan,
  runtime: Runtime,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const width = window.x1 - window.x0
  const height = window.y1 - window.y0
  const factor = Math.max(1, Math.ceil(Math.max(width, height) / MAX_SIDE))
  const small = { width: Math.ceil(width / factor), height: Math.ceil(height / factor) }
  const sums = new Float64Array(small.width * small.height)
  const counts = new Uint32Array(sums.length)
  const bandRows = Math.max(1, Math.floor(BAND_PIXELS / width / factor)) * factor
  for (let y = 0; y < height; y += bandRows) {
    const band = { ...window, y0: window.y0 + y, y1: Math.min(window.y1, window.y0 + y + bandRows) }
    const raw = await readWindow(file.source, hdu, band, { tiles: file.index.tiles[hdu.index], runtime, signal })
    addBand(toPhysical(raw), width, y, factor, small.width, sums, counts)
  }
  const data = new Float32Array(sums.length)
  for (let i = 0; i < data.length; i++) data[i] = counts[i] > 0 ? sums[i] / counts[i] : Number.NaN
  const plane: Plane = { ...small, data }
  return previewPng(plane, runtime, { maxSize: MAX_SIDE })
}

/** Adds the defined pixels of a band, whose first row is row `y` of the window, to the boxes they fall into. */
function addBand(
  values: Float32Array | Float64Array,
  width: number,
  y: number,
  factor: number,
  smallWidth: number,
  sums: Float64Array,
  counts: Uint32Array,
): void {
  const rows = values.length / width
  for (let j = 0; j < rows; j++) {
    const out = Math.floor((y + j) / factor) * smallWidth
    for (let x = 0; x < width; x++) {
      const value = values[j * width + x]
      if (!Number.isFinite(value)) continue
      const o = out + Math.floor(x / factor)
      sums[o] += value
      counts[o]++
    }
  }
}
