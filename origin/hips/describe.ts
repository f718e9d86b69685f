// What a map says about itself: `properties` in the order and the words of HiPS 1.0 §4.4.1 and Table 1, once for the
// map with every order and once for its public tier, which is a HiPS of its own that ends earlier.

import {
  formatWord,
  type HipsMetrics,
  hipsDate,
  obsRegime,
  type Properties,
  pixelScaleDeg,
  skyFractionText,
} from '#src/hips'
import { radToDeg } from '#src/sky'
import type { Product } from '../catalog/store.ts'
import { type GreyStyle, TILE_WIDTH, type TileFormat } from './recipe.ts'
import type { View } from './view.ts'

/** What differs between the map with every order and its public tier. */
export interface TierFacts {
  readonly order: number
  readonly metrics: HipsMetrics
  readonly skyFraction: number
  /** `hips_status`. */
  readonly status: string
}

export interface MapFacts {
  readonly map: string
  readonly authority: string
  readonly release: string
  readonly title: string
  readonly description?: string
  readonly creator?: string
  readonly collections: readonly string[]
  readonly bands: readonly string[]
  readonly formats: readonly TileFormat[]
  readonly releasedMs: number
  readonly createdMs: number
  readonly view: View
  /** Undefined for a colour map. */
  readonly style?: GreyStyle
  readonly products: readonly Product[]
  /** What the operator says; overrides what follows from the images. */
  readonly overrides: Readonly<Record<string, string>>
}

export function propertiesOf(facts: MapFacts, tier: TierFacts): Properties {
  const { view, style, formats, products } = facts
  const said = new Map<string, string | undefined>([
    ['creator_did', creatorDid(facts)],
    ['hips_creator', facts.creator ?? 'Skyedge'],
    ['obs_collection', facts.title],
    ['obs_title', facts.title],
    [
      'obs_description',
      facts.description ?? `${facts.title}, from ${count(products)} of ${facts.collections.join(', ')}`,
    ],
    ['prov_progenitor', `${facts.collections.join(', ')} (${count(products)}, release ${facts.release})`],
    ['obs_regime', regimeOf(products)],
    ['em_min', least(products.map(({ emMinM }) => emMinM))],
    ['em_max', most(products.map(({ emMaxM }) => emMaxM))],
    ['t_min', least(products.map(({ tMinMjd }) => tMinMjd))],
    ['t_max', most(products.map(({ tMaxMjd }) => tMaxMjd))],
    ['dataproduct_type', 'image'],
    ['dataproduct_subtype', style ? undefined : 'color'],
    ['hips_builder', 'Skyedge'],
    ['hips_version', '1.4'],
    ['hips_release_date', hipsDate(facts.releasedMs)],
    ['hips_creation_date', hipsDate(facts.createdMs)],
    ['hips_frame', 'equatorial'],
    ['hips_order', String(tier.order)],
    ['hips_order_min', '0'],
    ['hips_tile_width', String(TILE_WIDTH)],
    ['hips_status', tier.status],
    ['hips_tile_format', formats.map(formatWord).join(' ')],
    ['hips_pixel_scale', pixelScaleDeg(tier.order, TILE_WIDTH).toPrecision(6)],
    [
      's_pixel_scale',
      least(
        products.map((product) => product.pixelScaleArcsec / 3600),
        6,
      ),
    ],
    ['hips_pixel_bitpix', formats.includes('fits') ? '-32' : undefined],
    ['data_pixel_bitpix', formats.includes('fits') ? '-32' : undefined],
    ['hips_pixel_cut', style && `${style.low.toPrecision(7)} ${style.high.toPrecision(7)} ${style.stretch}`],
    ['hips_sampling', 'bilinear'],
    ['hips_overlay', 'mean'],
    ['hips_hierarchy', 'mean'],
    ['hips_initial_ra', radToDeg(view.lonRad).toFixed(6)],
    ['hips_initial_dec', radToDeg(view.latRad).toFixed(6)],
    ['hips_initial_fov', radToDeg(view.fovRad).toPrecision(5)],
    ['hips_estsize', String(tier.metrics.sizeKb)],
    ['hips_nb_tiles', String(tier.metrics.tiles)],
    ['hips_check_code', tier.metrics.checkCode],
    ['moc_sky_fraction', skyFractionText(tier.skyFraction)],
  ])
  for (const [key, value] of Object.entries(facts.overrides)) said.set(key, value)
  return new Map([...said].filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ''))
}

const count = ({ length }: readonly unknown[]) => `${length} image${length === 1 ? '' : 's'}`

const creatorDid = ({ authority, release, map }: Pick<MapFacts, 'authority' | 'release' | 'map'>) =>
  `ivo://${authority}/${release}?hips/${map}`

const defined = (values: readonly (number | undefined)[]) => values.filter((value) => value !== undefined)
const smallest = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b))
const largest = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b))
const least = (values: readonly (number | undefined)[], digits = 10) =>
  defined(values).length > 0 ? text(smallest(defined(values)), digits) : undefined
const most = (values: readonly (number | undefined)[], digits = 10) =>
  defined(values).length > 0 ? text(largest(defined(values)), digits) : undefined
const text = (value: number, digits: number) => String(Number(value.toPrecision(digits)))

function regimeOf(products: readonly Product[]): string | undefined {
  const low = defined(products.map(({ emMinM }) => emMinM))
  const high = defined(products.map(({ emMaxM }) => emMaxM))
  return low.length > 0 && high.length > 0 ? obsRegime(smallest(low), largest(high)) : undefined
}

/** A page that shows the map; nothing in it comes from outside. */
export function indexHtml(title: string, view: View): string {
  const target = `${radToDeg(view.lonRad).toFixed(6)} ${radToDeg(view.latRad).toFixed(6)}`
  const fov = radToDeg(view.fovRad).toPrecision(5)
  const safe = title.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${safe}</title>
<style>html, body, #sky { margin: 0; height: 100% }</style>
<div id="sky" role="img" aria-label="${safe}"></div>
<script type="module">
import A from '/site/aladin/aladin.js'
await A.init
const survey = A.imageHiPS(new URL('.', location.href).href.replace(/\\/$/, ''))
A.aladin('#sky', { survey, target: '${target}', fov: ${fov}, cooFrame: 'ICRS', hipsList: [], log: false })
</script>
</html>
`
}
