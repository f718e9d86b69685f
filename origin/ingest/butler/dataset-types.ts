// What the dataset types of a repository are as ObsCore products: the Rubin defaults as a table, and an operator's
// `--mapping` in front of it. In a mapping file:
//   "butler": { "facility": "Rubin:Simonyi", "facilities": { "LATISS": "Rubin:1.2m" },
//     "spectralRanges": { "r": [5.51e-7, 6.891e-7] },
//     "datasetTypes": { "my_image": { "calibLevel": 2, "subtype": "my.image", "oUcd": "phot.count",
//                                     "obsId": "{visit_name}", "title": "{dataset_type} {band}" }, "calexp": false } }
// Titles and identifiers are templates over the data id (see `Facts`); one that names what a dataset has not, gives none.
// Values after the configurations that Rubin's ObsCore exporter uses for its data previews.

import { IngestError } from '../errors.ts'

export interface DatasetTypeRule {
  readonly calibLevel: number
  readonly subtype: string
  readonly dataproductType: string
  readonly oUcd?: string
  readonly oUnit?: string
  readonly obsId: string
  readonly title: string
}

export interface ButlerMapping {
  readonly facility: string
  readonly facilities: Readonly<Record<string, string>>
  /** By physical filter or band: metres. */
  readonly spectralRanges: Readonly<Record<string, readonly [number, number]>>
  readonly datasetTypes: ReadonlyMap<string, DatasetTypeRule>
}

/** What templates may name, by these names. */
export type Facts = Readonly<Record<string, string | number | undefined>>

const EXPOSURE_TITLE = '{dataset_type} - {band} - {obs_id}-{detector_name}'
const VISIT_TITLE = '{dataset_type} - {band} - {visit_name}-{detector_name} {begin}Z'
const COADD_TITLE = '{dataset_type} - {band} - tract={tract} patch={patch}'
const FLUX = 'phot.flux.density'

const image = (calibLevel: number, name: string, oUcd: string, obsId: string, title: string): DatasetTypeRule => ({
  calibLevel,
  subtype: `lsst.${name}`,
  dataproductType: 'image',
  oUcd,
  obsId,
  title,
})
const visit = (name: string, level = 2): [string, DatasetTypeRule] => [
  name,
  image(level, name, FLUX, '{visit_name}', VISIT_TITLE),
]
const coadd = (name: string): [string, DatasetTypeRule] => [
  name,
  image(3, name, FLUX, '{skymap}-{tract}-{patch}', COADD_TITLE),
]

const RUBIN_TYPES: readonly [string, DatasetTypeRule][] = [
  ['raw', image(1, 'raw', 'phot.count', '{obs_id}', EXPOSURE_TITLE)],
  ...['calexp', 'calexp_comp', 'preliminary_visit_image', 'visit_image', 'pvi', 'initial_pvi', 'initial_calexp'].map(
    (name) => visit(name),
  ),
  ...[
    'difference_image',
    'goodSeeingDiff_differenceExp',
    'deepDiff_differenceExp',
    'goodSeeingDiff_differenceTempExp',
  ].map((name) => visit(name, 3)),
  ...['deep_coadd', 'deepCoadd', 'deepCoadd_calexp', 'template_coadd', 'goodSeeingCoadd', 'templateCoadd'].map(coadd),
]

export const RUBIN: ButlerMapping = {
  facility: 'Rubin:Simonyi',
  facilities: { LATISS: 'Rubin:1.2m' },
  spectralRanges: {
    u: [300e-9, 393.2e-9],
    g: [402.6e-9, 548.3e-9],
    r: [551.0e-9, 689.1e-9],
    i: [693.6e-9, 818.8e-9],
    z: [819.2e-9, 920.1e-9],
    y: [927.8e-9, 1100.0e-9],
  },
  datasetTypes: new Map(RUBIN_TYPES),
}

const MAX_TEMPLATE = 300
const MEMBERS = ['calibLevel', 'subtype', 'dataproductType', 'oUcd', 'oUnit', 'obsId', 'title'] as const

/** The operator's `butler` member over the defaults. */
export function parseButlerMapping(json: unknown): ButlerMapping {
  if (json === undefined) return RUBIN
  const { facility, facilities, spectralRanges, datasetTypes, ...rest } = object(json, 'butler')
  for (const name of Object.keys(rest)) throw bad(`butler has an unknown member ${JSON.stringify(name)}`)
  const types = new Map(RUBIN.datasetTypes)
  for (const [name, rule] of Object.entries(object(datasetTypes ?? {}, 'butler.datasetTypes'))) {
    if (rule === false) types.delete(name)
    else types.set(name, ruleOf(rule, name, types.get(name)))
  }
  return {
    facility: facility === undefined ? RUBIN.facility : text(facility, 'butler.facility'),
    facilities: { ...RUBIN.facilities, ...mapped(facilities, 'butler.facilities', text) },
    spectralRanges: { ...RUBIN.spectralRanges, ...mapped(spectralRanges, 'butler.spectralRanges', range) },
    datasetTypes: types,
  }
}

function ruleOf(json: unknown, name: string, before: DatasetTypeRule | undefined): DatasetTypeRule {
  const where = `butler.datasetTypes.${name}`
  const members = object(json, where)
  for (const member of Object.keys(members))
    if (!(MEMBERS as readonly string[]).includes(member))
      throw bad(`${where} has an unknown member ${JSON.stringify(member)}`)
  const { calibLevel = before?.calibLevel, ...texts } = members
  if (!Number.isInteger(calibLevel) || !((calibLevel as number) >= 0 && (calibLevel as number) <= 4))
    throw bad(`${where}.calibLevel is ${JSON.stringify(calibLevel)}, expected 0 to 4`)
  const given = Object.fromEntries(
    Object.entries(texts).map(([member, value]) => [member, text(value, `${where}.${member}`)]),
  )
  const fallback = { dataproductType: 'image', subtype: name, obsId: '{id}', title: '{dataset_type} {id}' }
  return { ...fallback, ...before, ...given, calibLevel: calibLevel as number }
}

/** The template with its names put in; undefined where one of them has no value. */
export function filled(template: string, facts: Facts): string | undefined {
  let missing = false
  const result = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = Object.hasOwn(facts, name) ? facts[name] : undefined
    missing ||= value === undefined
    return String(value ?? '')
  })
  return missing ? undefined : result
}

function range(value: unknown, where: string): readonly [number, number] {
  if (!Array.isArray(value) || value.length !== 2 || !value.every((end) => Number.isFinite(end) && end > 0 && end < 1))
    throw bad(`${where} is no pair of wavelengths in metres`)
  return [value[0], value[1]]
}

function mapped<T>(value: unknown, where: string, read: (value: unknown, where: string) => T): Record<string, T> {
  const entries = Object.entries(object(value ?? {}, where))
  return Object.fromEntries(entries.map(([name, each]) => [name, read(each, `${where}.${name}`)]))
}

function text(value: unknown, where: string): string {
  if (typeof value !== 'string' || value.length > MAX_TEMPLATE)
    throw bad(`${where} is no text of up to ${MAX_TEMPLATE} characters`)
  return value
}

function object(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad(`${where} is no object`)
  return value as Record<string, unknown>
}

const bad = (message: string) => new IngestError('bad-mapping', `--mapping: ${message}`)
