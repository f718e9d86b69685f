// Values to 8-bit greys through a table of 65 536 places between the cuts: one multiplication and one look-up a pixel.

import { ImageError } from '../errors.ts'
import type { Plane } from '../plane.ts'
import type { Cuts } from './cuts.ts'

export type Curve = 'linear' | 'log' | 'sqrt' | 'asinh'

const PLACES = 65536

/** Fraction of the way between the cuts (0 to 1) to fraction of white. */
const CURVES: Record<Curve, (t: number) => number> = {
  linear: (t) => t,
  sqrt: Math.sqrt,
  log: (t) => Math.log(1000 * t + 1) / Math.log(1001),
  asinh: (t) => Math.asinh(10 * t) / Math.asinh(10),
}

const tables = new Map<Curve, Uint8Array>()

function table(curve: Curve): Uint8Array {
  const known = tables.get(curve)
  if (known) return known
  const made = new Uint8Array(PLACES)
  for (let i = 0; i < PLACES; i++) made[i] = Math.round(255 * CURVES[curve](i / (PLACES - 1)))
  tables.set(curve, made)
  return made
}

/** Equal cuts (a constant plane) are widened to a place below and above, so that it shows as middle grey. */
function openCuts({ min, max }: Cuts): Cuts {
  if (!(Number.isFinite(min) && Number.isFinite(max) && min <= max))
    throw new ImageError('bad-cuts', `cuts are two finite numbers, the lower first, got ${min} and ${max}`)
  if (min < max) return { min, max }
  const half = Math.max(Math.abs(min) * 1e-6, 1e-30)
  return { min: min - half, max: max + half }
}

/**
 * Grey and alpha, two bytes a pixel, in the plane's own row order; NaN becomes transparent black.
 * Infinities show as the nearer cut.
 */
export function stretch(plane: Plane, cuts: Cuts, curve: Curve, out?: Uint8Array): Uint8Array {
  const lut = table(curve)
  const { min, max } = openCuts(cuts)
  const scale = (PLACES - 1) / (max - min)
  const { data } = plane
  const to = out ?? new Uint8Array(2 * data.length)
  for (let i = 0; i < data.length; i++) {
    const v = data[i]
    if (Number.isNaN(v)) {
      to[2 * i] = to[2 * i + 1] = 0
      continue
    }
    const place = (v - min) * scale
    to[2 * i] = lut[place <= 0 ? 0 : place >= PLACES - 1 ? PLACES - 1 : (place + 0.5) | 0]
    to[2 * i + 1] = 255
  }
  return to
}
