// What a map says about itself: `properties` in the order and the words of HiPS 1.0 §4.4.1 and Table 1, once for the
// map with every order and once for its public tier, which is a HiPS of its own that ends earlier.

import type { Product } from '../catalog/store.ts'
import { tilePixelArcsec } from './plan.ts'
import { type GreyStyle, TILE_WIDTH, type TileFormat } from './recipe.ts'
import type { View } from './view.ts'

export interface TierFacts {
  readonly order: number
  readonly tiles: number
  readonly bytes: number
  /** `hips_check_code`: "png:123 fits:456". */
  readonly checkCode: string
  readonly skyFraction: number
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

export type Properties = readonly (readonly [key: string, value: string])[]

const DEG = 180 / Math.PI
const isoMinute = (ms: number) => `${new Date(ms).toISOString().slice(0, 16)}Z`

/** Words of hips `obs_regime` by the longest wavelength they reach, metres. */
const REGIMES: readonly [number, string][] = [
  [1e-11, 'Gamma-ray'],
  [1e-8, 'X-ray'],
  [9.1e-8, 'EUV'],
  [3e-7, 'UV'],
  [1e-6, 'Optical'],
  [1e-4, 'Infrared'],
  [1e-2, 'Millimeter'],
  [Number.POSITIVE_INFINITY, 'Radio'],
]

export function propertiesOf(facts: MapFacts, tier: TierFacts, status: string): Properties {
  const { view, style, formats, products } = facts
  const said = new Map<string, string | undefined>([
    ['creator_did', creatorDid(facts)],
    ['hips_creator', facts.creator ?? 'Skyedge'],
    ['obs_collection', facts.title],
    ['obs_title', facts.title],
    ['obs_description', facts.description ?? `${facts.title}, from ${products.length} images of ${facts.collections.join(', ')}`],
    ['prov_progenitor', `${facts.collections.join(', ')} (${products.length} images, release ${facts.release})`],
    ['obs_regime', regimeOf(products)],
    ['em_min', least(products.map(({ emMinM }) => emMinM))],
    ['em_max', most(products.map(({ emMaxM }) => emMaxM))],
    ['t_min', least(products.map(({ tMinMjd }) => tMinMjd))],
    ['t_max', most(products.map(({ tMaxMjd }) => tMaxMjd))],
    ['dataproduct_type', 'image'],
    ['dataproduct_subtype', style ? undefined : 'color'],
    ['hips_builder', 'Skyedge'],
    ['hips_version', '1.4'],
    ['hips_release_date', isoMinute(facts.releasedMs)],
    ['hips_creation_date', isoMinute(facts.createdMs)],
    ['hips_frame', 'equatorial'],
    ['hips_order', String(tier.order)],
    ['hips_order_min', '0'],
    ['hips_tile_width', String(TILE_WIDTH)],
    ['hips_status', status],
    ['hips_tile_format', formats.map((format) => (format === 'fits' ? 'fits' : 'png')).join(' ')],
    ['hips_pixel_scale', (tilePixelArcsec(tier.order) / 3600).toPrecision(6)],
    ['s_pixel_scale', least(products.map((product) => product.pixelScaleArcsec / 3600), 6)],
    ['hips_pixel_bitpix', formats.includes('fits') ? '-32' : undefined],
    ['data_pixel_bitpix', formats.includes('fits') ? '-32' : undefined],
    ['hips_pixel_cut', style && `${style.low.toPrecision(7)} ${style.high.toPrecision(7)} ${style.stretch}`],
    ['hips_sampling', 'bilinear'],
    ['hips_overlay', 'mean'],
    ['hips_hierarchy', 'mean'],
    ['hips_initial_ra', (view.lonRad * DEG).toFixed(6)],
    ['hips_initial_dec', (view.latRad * DEG).toFixed(6)],
    ['hips_initial_fov', (view.fovRad * DEG).toPrecision(5)],
    ['hips_estsize', String(Math.ceil(tier.bytes / 1024))],
    ['hips_nb_tiles', String(tier.tiles)],
    ['hips_check_code', tier.checkCode],
    ['moc_sky_fraction', tier.skyFraction.toPrecision(6)],
  ])
  for (const [key, value] of Object.entries(facts.overrides)) said.set(key, value)
  return [...said].filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '')
}

export const creatorDid = ({ authority, release, map }: Pick<MapFacts, 'authority' | 'release' | 'map'>) =>
  `ivo://${authority}/${release}?hips/${map}`

const defined = (values: readonly (number | undefined)[]) => values.filter((value) => value !== undefined)
const least = (values: readonly (number | undefined)[], digits = 10) =>
  defined(values).length > 0 ? text(defined(values).reduce((a, b) => Math.min(a, b)), digits) : undefined
const most = (values: readonly (number | undefined)[], digits = 10) =>
  defined(values).length > 0 ? text(defined(values).reduce((a, b) => Math.max(a, b)), digits) : undefined
const text = (value: number, digits: number) => String(Number(value.toPrecision(digits)))

function regimeOf(products: readonly Product[]): string | undefined {
  const words = products.flatMap(({ emMinM, emMaxM }) =>
    emMinM === undefined || emMaxM === undefined ? [] : [REGIMES.find(([to]) => (emMinM + emMaxM) / 2 <= to)?.[1] as string],
  )
  return words.length > 0 ? [...new Set(words)].join(' ') : undefined
}

/** A page that shows the map; nothing in it comes from outside. */
export function indexHtml(title: string): string {
  const safe = title.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${safe}</title>
<style>html, body, #sky { margin: 0; height: 100% }</style>
<div id="sky" role="img" aria-label="${safe}"></div>
<script type="module">
import A from '/aladin/aladin.js'
await A.init
A.aladin('#sky', { survey: A.imageHiPS(new URL('.', location.href).href.replace(/\\/$/, '')), hipsList: [], log: false })
</script>
</html>
`
}
