// The two values between which a plane is shown. Undefined pixels take no part.

import { ImageError } from '../errors.ts'
import type { Plane } from '../plane.ts'

export interface Cuts {
  readonly min: number
  readonly max: number
}

export interface ZscaleOptions {
  readonly samples?: number
  readonly contrast?: number
}

/** Rounds of the line fit, how far (in sigma) a sample may stray, and how few samples are still a fit. */
const ROUNDS = 5
const REJECT_SIGMA = 2.5
const MIN_SAMPLES = 5

/**
 * IRAF's zscale: sorted samples, a line through them without the outliers, its slope over the contrast around the
 * median. Undefined for a plane without a finite pixel.
 */
export function zscale(plane: Plane, { samples = 1000, contrast = 0.25 }: ZscaleOptions = {}): Cuts | undefined {
  const sorted = sample(plane, samples)
  const n = sorted.length
  if (n === 0) return undefined
  const lowest = sorted[0]
  const highest = sorted[n - 1]
  const fewest = Math.max(MIN_SAMPLES, n >> 1)
  const bad = new Uint8Array(n)
  let good = n
  let before = n + 1
  let slope = 0
  for (let round = 0; round < ROUNDS && good < before && good >= fewest; round++) {
    const line = fitLine(sorted, bad)
    slope = line.slope
    reject(sorted, bad, line)
    before = good
    good = n - bad.reduce((sum, flag) => sum + flag, 0)
  }
  if (good < fewest) return { min: lowest, max: highest }
  const steep = contrast > 0 ? slope / contrast : slope
  const centre = (n - 1) >> 1
  const median = n % 2 ? sorted[centre] : (sorted[centre] + sorted[centre + 1]) / 2
  return {
    min: Math.max(lowest, median - (centre - 1) * steep),
    max: Math.min(highest, median + (n - centre) * steep),
  }
}

/** The values below which `low` and `high` percent of (at most 100 000 evenly taken) pixels lie. */
export function percentileCuts(plane: Plane, low = 0.5, high = 99.5): Cuts | undefined {
  if (!(low >= 0 && low < high && high <= 100))
    throw new ImageError('bad-cuts', `percentiles are 0 <= low < high <= 100, got ${low} and ${high}`)
  const sorted = sample(plane, 100_000)
  if (sorted.length === 0) return undefined
  const at = (percent: number) => {
    const place = (percent / 100) * (sorted.length - 1)
    const i = Math.min(Math.floor(place), Math.max(0, sorted.length - 2))
    const next = sorted[Math.min(i + 1, sorted.length - 1)]
    return sorted[i] + (place - i) * (next - sorted[i])
  }
  return { min: at(low), max: at(high) }
}

/** Up to `count` finite pixels, evenly taken in array order, sorted. */
function sample({ data }: Plane, count: number): Float64Array {
  let finite = 0
  for (let i = 0; i < data.length; i++) if (Number.isFinite(data[i])) finite++
  const stride = Math.max(1, Math.floor(finite / count))
  const out = new Float64Array(Math.min(count, Math.ceil(finite / stride)))
  for (let i = 0, seen = 0, k = 0; k < out.length; i++) {
    if (!Number.isFinite(data[i])) continue
    if (seen++ % stride === 0) out[k++] = data[i]
  }
  return out.sort()
}

interface Line {
  slope: number
  offset: number
}

/** Least squares through the samples not marked bad; x counts all of them. */
function fitLine(y: Float64Array, bad: Uint8Array): Line {
  let n = 0
  let sx = 0
  let sy = 0
  for (let i = 0; i < y.length; i++) {
    if (bad[i]) continue
    n++
    sx += i
    sy += y[i]
  }
  const mx = sx / n
  const my = sy / n
  let sxx = 0
  let sxy = 0
  for (let i = 0; i < y.length; i++) {
    if (bad[i]) continue
    sxx += (i - mx) * (i - mx)
    sxy += (i - mx) * (y[i] - my)
  }
  const slope = sxx > 0 ? sxy / sxx : 0
  return { slope, offset: my - slope * mx }
}

/** Marks what lies too far from the line, and its neighbours in sorted order within one percent of the samples. */
function reject(y: Float64Array, bad: Uint8Array, { slope, offset }: Line): void {
  let n = 0
  let sum = 0
  let squares = 0
  for (let i = 0; i < y.length; i++) {
    if (bad[i]) continue
    const flat = y[i] - (offset + slope * i)
    n++
    sum += flat
    squares += flat * flat
  }
  const limit = REJECT_SIGMA * Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2))
  const marked = Uint8Array.from(bad)
  for (let i = 0; i < y.length; i++) if (Math.abs(y[i] - (offset + slope * i)) > limit) marked[i] = 1
  const grow = Math.max(1, Math.floor(y.length / 100))
  const before = (grow - 1) >> 1
  bad.fill(0)
  for (let i = 0; i < y.length; i++)
    if (marked[i]) bad.fill(1, Math.max(0, i - before), Math.min(y.length, i + grow - before))
}
