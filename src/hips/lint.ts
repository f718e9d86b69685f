// What is wrong with a properties file, by the same rules as CDS's Hipsgen LINT (HiPS 1.0, section 4.4.1).

import { type Properties, parseProperties, propertyLines } from './properties.ts'
import { REGIMES } from './spectrum.ts'
import { parseStatus } from './status.ts'
import { formatOfWord } from './tile.ts'

export interface LintFinding {
  readonly level: 'error' | 'warning'
  readonly key: string
  readonly message: string
}

const MANDATORY = [
  'creator_did',
  'obs_title',
  'hips_version',
  'hips_release_date',
  'hips_status',
  'hips_frame',
  'hips_order',
  'hips_tile_format',
  'dataproduct_type',
]
const RECOMMENDED = [
  'obs_description',
  'prov_progenitor',
  'obs_regime',
  'hips_creation_date',
  'hips_initial_fov',
  'hips_initial_ra',
  'hips_initial_dec',
  't_min',
  't_max',
  'em_min',
  'em_max',
]
const NUMBERS = [
  'hips_initial_fov',
  'hips_initial_ra',
  'hips_initial_dec',
  'hips_pixel_scale',
  's_pixel_scale',
  't_min',
  't_max',
  'em_min',
  'em_max',
  'hips_estsize',
  'hips_nb_tiles',
  'moc_sky_fraction',
]
const PRODUCTS = ['image', 'cube', 'catalog', 'spectral-cube', 'time-cube']
const FRAMES = ['equatorial', 'galactic', 'ecliptic']
const DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?Z?)?$/
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/
const LONGEST_TITLE = 40

type Rule = (value: string, properties: Properties) => string | undefined

const wholeNumber =
  (low: number, high: number): Rule =>
  (value) =>
    /^\d{1,6}$/.test(value) && Number(value) >= low && Number(value) <= high
      ? undefined
      : `is a whole number of ${low} to ${high}`
const date: Rule = (value) => (DATE.test(value) ? undefined : 'is an ISO 8601 date like 2026-11-22T16:14Z')
const oneOf =
  (...words: string[]): Rule =>
  (value) =>
    words.includes(value) ? undefined : `is one of ${words.join(', ')}`
const bitpix = oneOf('8', '16', '32', '64', '-32', '-64')
const pair: Rule = (value) => {
  const [low, high] = value.split(/\s+/)
  return NUMBER.test(low) && NUMBER.test(high ?? '') ? undefined : 'is two numbers by a blank'
}

const ERRORS: Record<string, Rule> = {
  creator_did: (value) =>
    /^ivo:\/\/[^\s/?#]+[/?][^\s]+$/.test(value) ? undefined : 'is an IVOID with a path, ivo://authority/…',
  hips_version: (value) => (/^\d+\.\d+$/.test(value) ? undefined : 'is two numbers like 1.4'),
  hips_release_date: date,
  hips_creation_date: date,
  hips_status: (value) =>
    parseStatus(value)
      ? undefined
      : 'is one word each of public/private, master/mirror/partial, clonable/unclonable/clonableOnce, by blanks',
  hips_tile_format: (value) =>
    value.split(/\s+/).every((word) => word === 'tsv' || formatOfWord(word))
      ? undefined
      : 'is words like "png fits", by blanks',
  hips_order: wholeNumber(0, 29),
  hips_order_min: (value, properties) => wholeNumber(0, Number(properties.get('hips_order') ?? 29))(value, properties),
  hips_tile_width: (value) =>
    /^\d{1,5}$/.test(value) && Number.isInteger(Math.log2(Number(value))) ? undefined : 'is a power of two',
  hips_pixel_bitpix: bitpix,
  data_pixel_bitpix: bitpix,
  hips_pixel_cut: pair,
  hips_data_range: pair,
  hips_service_url: (value) => (/^https?:\/\/[^\s]+$/.test(value) ? undefined : 'is an http address'),
}

const WARNINGS: Record<string, Rule> = {
  hips_version: (value) => (value === '1.4' ? undefined : 'is 1.4 in HiPS 1.0'),
  hips_frame: oneOf(...FRAMES),
  dataproduct_type: oneOf(...PRODUCTS),
  obs_regime: oneOf(...REGIMES),
  obs_title: (value) => (value.length <= LONGEST_TITLE ? undefined : `has at most ${LONGEST_TITLE} characters`),
}

/** Errors and warnings of a file's text; an empty list is a sound file. */
export function lintProperties(text: string): LintFinding[] {
  const findings: LintFinding[] = []
  const say = (level: LintFinding['level'], key: string, message: string) => findings.push({ level, key, message })
  const lines = propertyLines(text)
  const properties = parseProperties(text)

  for (const key of MANDATORY) if (!properties.get(key)) say('error', key, `${key} is mandatory`)
  for (const key of RECOMMENDED) if (!properties.get(key)) say('warning', key, `${key} is recommended`)
  for (const key of properties.keys())
    if (lines.filter(([other]) => other === key).length > 1) say('error', key, `${key} is there more than once`)
  for (const [key, value] of properties) {
    if (value === '') {
      if (!MANDATORY.includes(key) && !RECOMMENDED.includes(key)) say('warning', key, `${key} has no value`)
      continue
    }
    const error = ERRORS[key]?.(value, properties)
    const warning = WARNINGS[key]?.(value, properties)
    if (error) say('error', key, `${key} ${error}, got ${JSON.stringify(value.slice(0, 80))}`)
    else if (warning) say('warning', key, `${key} ${warning}, got ${JSON.stringify(value.slice(0, 80))}`)
    if (NUMBERS.includes(key) && !NUMBER.test(value))
      say('error', key, `${key} is a number, got ${JSON.stringify(value.slice(0, 80))}`)
  }
  const fraction = Number(properties.get('moc_sky_fraction') ?? 0)
  if (fraction < 0 || fraction > 1) say('error', 'moc_sky_fraction', `moc_sky_fraction is 0 to 1, got ${fraction}`)
  return findings
}
