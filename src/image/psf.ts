// The image of a point: a round Moffat profile of exponent 3, I(r) ~ (1 + r^2/alpha^2)^-3, wings like real seeing.
// Sampled at pixel centres and scaled so that the drawn pixels sum to the flux exactly.

import type { Plane } from './plane.ts'

export interface Profile {
  /** Core radius, pixels. */
  readonly alpha: number

  readonly fwhm: number
}

/** Half the width at half height is alpha * sqrt(2^(1/3) - 1). */
export const moffat = (fwhm: number): Profile => ({ fwhm, alpha: fwhm / 2 / Math.sqrt(Math.cbrt(2) - 1) })

/** Pixels from the centre at which a star of this flux falls below `faintest` per pixel. */
export function profileRadius(flux: number, { alpha }: Profile, faintest: number): number {
  const peak = (2 * flux) / (Math.PI * alpha * alpha)
  return peak > faintest ? alpha * Math.sqrt(Math.cbrt(peak / faintest) - 1) : 0
}

/** Adds a star of a flux at (x, y) to the plane, drawn out to `radius` pixels; what falls off the plane is lost. */
export function drawProfile(plane: Plane, x: number, y: number, flux: number, profile: Profile, radius: number): void {
  const x0 = Math.floor(x - radius)
  const y0 = Math.floor(y - radius)
  const x1 = Math.ceil(x + radius)
  const y1 = Math.ceil(y + radius)
  if (x1 < 0 || y1 < 0 || x0 >= plane.width || y0 >= plane.height) return
  const inverse = 1 / (profile.alpha * profile.alpha)
  const values = new Float64Array((x1 - x0 + 1) * (y1 - y0 + 1))
  let sum = 0
  for (let j = y0, k = 0; j <= y1; j++) {
    const dy2 = (j - y) * (j - y)
    for (let i = x0; i <= x1; i++, k++) {
      const base = 1 + ((i - x) * (i - x) + dy2) * inverse
      sum += values[k] = 1 / (base * base * base)
    }
  }
  const scale = flux / sum
  const width = x1 - x0 + 1
  for (let j = Math.max(0, y0); j <= Math.min(plane.height - 1, y1); j++)
    for (let i = Math.max(0, x0); i <= Math.min(plane.width - 1, x1); i++)
      plane.data[j * plane.width + i] += scale * values[(j - y0) * width + i - x0]
}
