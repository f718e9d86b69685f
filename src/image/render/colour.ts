// Three planes to colours that keep their ratio at every brightness: Lupton et al. 2004 (PASP 116, 133), eq. 1 to 3.
// intensity I = (r + g + b)/3 - minimum; each band is scaled by f(I)/I, f(I) = asinh(Q I / stretch) / Q, and where one
// of them exceeds white all three are scaled down together.
// f(I)/I comes from a table of 65 536 places over the leading bits of the float (32 octaves of 2048), error below 5e-4.

import { ImageError } from '../errors.ts'
import { type Plane, requireShape } from '../plane.ts'

export interface LuptonOptions {
  /** Black: one value, or one per band (red, green, blue). */
  readonly minimum?: number | readonly [number, number, number]
  /** Units of the planes: where the curve is linear with slope 1/stretch below about stretch/Q. */
  readonly stretch?: number
  /** Softening: larger shows more of the faint beside the bright. */
  readonly q?: number
  /** Each band is multiplied by this first (white balance). */
  readonly scale?: readonly [number, number, number]
}

const OCTAVES = 32
const STEPS = 2048

/** RGBA, four bytes a pixel in the planes' row order. A pixel without any band is transparent; a missing band counts as black. */
export function luptonRgb(
  red: Plane,
  green: Plane,
  blue: Plane,
  { minimum = 0, stretch = 5, q = 8, scale = [1, 1, 1] }: LuptonOptions = {},
  out?: Uint8Array,
): Uint8Array {
  if (!(stretch > 0 && q > 0 && Number.isFinite(stretch) && Number.isFinite(q)))
    throw new ImageError('bad-cuts', `stretch and q are finite numbers above zero, got ${stretch} and ${q}`)
  requireShape(green, red.width, red.height)
  requireShape(blue, red.width, red.height)
  const black = typeof minimum === 'number' ? [minimum, minimum, minimum] : minimum
  const n = red.width * red.height
  const to = out ?? new Uint8Array(4 * n)
  const lut = slopes()
  // The table begins 2^-16 below the knee stretch/q, where f(I)/I has long been constant.
  const unit = q / stretch
  const float = new Float32Array(1)
  const bits = new Int32Array(float.buffer)
  const first = (127 - OCTAVES / 2) << 11
  for (let i = 0; i < n; i++) {
    const r0 = red.data[i]
    const g0 = green.data[i]
    const b0 = blue.data[i]
    const noRed = Number.isNaN(r0)
    const noGreen = Number.isNaN(g0)
    const noBlue = Number.isNaN(b0)
    const o = 4 * i
    if (noRed && noGreen && noBlue) {
      to[o] = to[o + 1] = to[o + 2] = to[o + 3] = 0
      continue
    }
    const r = noRed ? 0 : (r0 - black[0]) * scale[0]
    const g = noGreen ? 0 : (g0 - black[1]) * scale[1]
    const b = noBlue ? 0 : (b0 - black[2]) * scale[2]
    const intensity = (r + g + b) / 3
    to[o + 3] = 255
    if (!(intensity > 0)) {
      to[o] = to[o + 1] = to[o + 2] = 0
      continue
    }
    float[0] = intensity * unit
    const place = (bits[0] >> 12) - first
    let slope = (255 / stretch) * lut[place < 0 ? 0 : place >= lut.length ? lut.length - 1 : place]
    const top = Math.max(r, g, b) * slope
    if (top > 255) slope *= 255 / top
    to[o] = r > 0 ? r * slope + 0.5 : 0
    to[o + 1] = g > 0 ? g * slope + 0.5 : 0
    to[o + 2] = b > 0 ? b * slope + 0.5 : 0
  }
  return to
}

let table: Float64Array | undefined

/** asinh(x)/x for x = Q I / stretch; f(I)/I is that over `stretch`. */
function slopes(): Float64Array {
  if (table) return table
  table = new Float64Array(OCTAVES * STEPS)
  for (let i = 0; i < table.length; i++) {
    const octave = Math.floor(i / STEPS) - OCTAVES / 2
    const x = 2 ** octave * (1 + ((i % STEPS) + 0.5) / STEPS)
    table[i] = Math.asinh(x) / x
  }
  return table
}
