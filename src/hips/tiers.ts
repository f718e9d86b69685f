// The public variant of a map: the same map ended at a lower order, as a HiPS of its own with its own numbers.
// Denying deep tiles instead makes viewers fall back to order 3; saying a lower hips_order does not.

import type { HipsMetrics } from './check-code.ts'
import { HipsError } from './errors.ts'
import type { Properties } from './properties.ts'
import { pixelScaleDeg } from './pyramid.ts'

export interface TierOptions {
  readonly order: number
  /** hips_status, e.g. `public master clonableOnce`. */
  readonly status: string
  /** Of the tiles that the tier has; without them the numbers that no longer hold are left out. */
  readonly metrics?: HipsMetrics
  /** 0 to 1, of the MOC degraded to the tier's order. */
  readonly skyFraction?: number
  readonly serviceUrl?: string
}

/** The properties of a map that ends at `order`; keys keep their places. */
export function tierProperties(properties: Properties, options: TierOptions): Properties {
  const { order, status, metrics, skyFraction, serviceUrl } = options
  const full = Number(properties.get('hips_order'))
  const width = Number(properties.get('hips_tile_width') ?? 512)
  if (!(Number.isInteger(order) && order >= 0 && order <= full))
    throw new HipsError('bad-properties', `a tier ends at order 0 to ${full}, got ${order}`)
  const changed = new Map<string, string | undefined>([
    ['hips_order', String(order)],
    ['hips_status', status],
    ['hips_pixel_scale', pixelScaleDeg(order, width).toPrecision(5)],
    ['hips_estsize', metrics && String(metrics.sizeKb)],
    ['hips_nb_tiles', metrics && String(metrics.tiles)],
    ['hips_check_code', metrics?.checkCode],
    ['moc_sky_fraction', skyFraction === undefined ? undefined : skyFractionText(skyFraction)],
    ['hips_service_url', serviceUrl],
  ])
  const tier = new Map<string, string>()
  for (const [key, value] of properties) {
    const now = changed.has(key) ? changed.get(key) : value
    if (now !== undefined) tier.set(key, now)
    changed.delete(key)
  }
  for (const [key, value] of changed) if (value !== undefined) tier.set(key, value)
  return tier
}

/** moc_sky_fraction: enough digits for a single tile of order 11. */
export const skyFractionText = (fraction: number): string => String(Number(fraction.toPrecision(4)))
