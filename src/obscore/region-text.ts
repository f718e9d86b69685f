// The footprint as the text of the column s_region: STC-S as every ObsCore service writes it.

import type { LonLat } from '#src/sky'
import { radToDeg } from '#src/sky'

/** Up to ten decimals (0.4 micro-arcseconds), no trailing zeros, never an exponent. */
export function formatDegrees(deg: number): string {
  const text = deg.toFixed(10).replace(/\.?0+$/, '')
  return text === '-0' ? '0' : text
}

export function sRegion(footprint: readonly LonLat[]): string {
  const numbers = footprint.flatMap(({ lonRad, latRad }) => [radToDeg(lonRad), radToDeg(latRad)])
  return `POLYGON ICRS ${numbers.map(formatDegrees).join(' ')}`
}
