// What a file, an HDU and a header field mean: the rules Skyedge comes with, and those of an operator's --mapping file,
// which are asked first. The JSON form:
//   { "files":  [{ "match": "(?<group>.+)_flux", "role": "image" }, { "match": "psf_.*", "role": "skip", "reason": "…" }],
//     "hdus":   [{ "extname": "SIGMA", "role": "error" }],
//     "fields": { "band": { "name": "_(?<value>[ugriz])$" }, "exptimeS": { "keywords": ["ITIME"], "scale": 0.001 },
//                 "instrument": { "value": "WFI" } } }
// `match` sees the whole file name without folder and .fits(.fz); files of one folder with equal groups are one product.

import { readFile } from 'node:fs/promises'
import type { PlaneRole } from '../catalog/store.ts'
import { type ButlerMapping, parseButlerMapping } from './butler/dataset-types.ts'
import { IngestError } from './errors.ts'

export type FileRole = PlaneRole | 'skip'

export interface FileRule {
  readonly match: RegExp
  readonly role: FileRole
  readonly reason?: string
}

export interface HduRule {
  readonly extname: RegExp
  readonly role: FileRole
}

export const TEXT_FIELDS = [
  'targetName',
  'obsId',
  'facility',
  'instrument',
  'band',
  'dataproductSubtype',
  'patch',
  'raft',
  'physicalFilter',
  'imageType',
  'title',
  'targetClass',
  'creatorName',
  'proposalId',
  'bibReference',
  'oUcd',
  'oUnit',
  'polStates',
] as const
export const NUMBER_FIELDS = [
  'emMinM',
  'emMaxM',
  'tMinMjd',
  'tMaxMjd',
  'exptimeS',
  'calibLevel',
  'visit',
  'detector',
  'tract',
  'dayObs',
  'sResolutionArcsec',
  'emResPower',
  'depthMag',
  'numInputs',
] as const
export type FieldName = (typeof TEXT_FIELDS)[number] | (typeof NUMBER_FIELDS)[number]

/** Where a field comes from: a constant, the first of some keywords, or a piece of the file's name. */
export interface FieldSource {
  readonly value?: string | number
  readonly keywords?: readonly string[]
  readonly name?: RegExp
  /** Numbers are multiplied by it. */
  readonly scale?: number
}

export interface Mapping {
  readonly files: readonly FileRule[]
  readonly hdus: readonly HduRule[]
  readonly fields: Readonly<Partial<Record<FieldName, FieldSource>>>
  /** What the dataset types of a Butler repository are. */
  readonly butler?: ButlerMapping
}

const ROLES: readonly string[] = ['image', 'mask', 'variance', 'weight', 'error', 'extra', 'skip']
const whole = (pattern: string) => new RegExp(`^(?:${pattern})$`, 'i')
const rule = (pattern: string, role: FileRole): FileRule => ({ match: whole(pattern), role })

const SUFFIXES: readonly (readonly [string, PlaneRole])[] = [
  ['sci|image|img', 'image'],
  ['mask|msk|dq|flags?|bpm|badpix', 'mask'],
  ['var|variance', 'variance'],
  ['err|error|unc|uncert|sigma|rms', 'error'],
  ['wht|wt|weight|weights|ivar|invvar|ivm', 'weight'],
]

/** NOIRLab community pipeline, unWISE coadds, then the usual endings. */
const FILES: readonly FileRule[] = [
  rule('(?<group>[a-z0-9]+_[0-9]{6}_[0-9]{6}_[os][a-z])i(?<group2>_.+)', 'image'),
  rule('(?<group>[a-z0-9]+_[0-9]{6}_[0-9]{6}_[os][a-z])d(?<group2>_.+)', 'mask'),
  rule('(?<group>[a-z0-9]+_[0-9]{6}_[0-9]{6}_[os][a-z])w(?<group2>_.+)', 'weight'),
  rule('(?<group>unwise-.+-w[1-4])-img(?<group2>-[mu])', 'image'),
  rule('(?<group>unwise-.+-w[1-4])-invvar(?<group2>-[mu])', 'weight'),
  rule('(?<group>unwise-.+-w[1-4])-(n|std|frames|mask)(?<group2>-[mu])', 'extra'),
  ...SUFFIXES.map(([endings, role]) => rule(`(?<group>.+)[_.-](${endings})`, role)),
]

/** EXTTYPE (afw) or EXTNAME. */
const HDUS: readonly HduRule[] = (
  [
    ['image|sci|science|primary', 'image'],
    ['mask|msk|dq|flags?|bpm|badpix', 'mask'],
    ['variance|var', 'variance'],
    ['err|error|uncert|stddev|sigma|rms', 'error'],
    ['wht|weight|ivar|invvar|ivm', 'weight'],
    ['area|con|ctx|var_poisson|var_rnoise|var_flat|nsamp|samp|time|psf|exp|.+/.+|noise_.+', 'extra'],
  ] as const
).map(([names, role]) => ({ extname: whole(names), role }))

export const BUILT_IN: Mapping = { files: FILES, hdus: HDUS, fields: {} }

export async function readMapping(path: string): Promise<Mapping> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw bad(`the file cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw bad(`the file is no JSON: ${(error as Error).message}`)
  }
  return parseMapping(json)
}

/** The operator's rules in front of our own. */
export function parseMapping(json: unknown): Mapping {
  const { files = [], hdus = [], fields = {}, butler, ...unknown } = object(json, 'the mapping')
  noMore(unknown, 'the mapping')
  return {
    files: [...list(files, 'files').map(fileRule), ...FILES],
    hdus: [...list(hdus, 'hdus').map(hduRule), ...HDUS],
    fields: Object.fromEntries(
      Object.entries(object(fields, 'fields')).map(([name, source]) => [fieldName(name), fieldSource(source, name)]),
    ),
    butler: parseButlerMapping(butler),
  }
}

function fileRule(json: unknown, i: number): FileRule {
  const { match, role, reason, ...unknown } = object(json, `files[${i}]`)
  noMore(unknown, `files[${i}]`)
  if (reason !== undefined && typeof reason !== 'string') throw bad(`files[${i}].reason is no text`)
  return { match: whole(pattern(match, `files[${i}].match`).source), role: roleOf(role, `files[${i}].role`), reason }
}

function hduRule(json: unknown, i: number): HduRule {
  const { extname, role, ...unknown } = object(json, `hdus[${i}]`)
  noMore(unknown, `hdus[${i}]`)
  return { extname: whole(pattern(extname, `hdus[${i}].extname`).source), role: roleOf(role, `hdus[${i}].role`) }
}

function fieldSource(json: unknown, field: string): FieldSource {
  const where = `fields.${field}`
  const { value, keywords, name, scale, ...unknown } = object(json, where)
  noMore(unknown, where)
  if (value !== undefined && typeof value !== 'string' && !Number.isFinite(value))
    throw bad(`${where}.value is neither text nor a number`)
  if (scale !== undefined && !Number.isFinite(scale)) throw bad(`${where}.scale is no number`)
  if (keywords !== undefined && !list(keywords, `${where}.keywords`).every((word) => typeof word === 'string'))
    throw bad(`${where}.keywords is no list of keywords`)
  if (value === undefined && keywords === undefined && name === undefined)
    throw bad(`${where} says none of value, keywords, name`)
  const source = name === undefined ? undefined : pattern(name, `${where}.name`)
  if (source && !source.source.includes('(?<value>')) throw bad(`${where}.name has no group (?<value>…)`)
  return { value, keywords, scale, name: source } as FieldSource
}

function fieldName(name: string): FieldName {
  const known: readonly string[] = [...TEXT_FIELDS, ...NUMBER_FIELDS]
  if (!known.includes(name)) throw bad(`fields.${name} is unknown: ${known.join(', ')} are known`)
  return name as FieldName
}

function roleOf(value: unknown, where: string): FileRole {
  if (!ROLES.includes(value as string)) throw bad(`${where} is ${JSON.stringify(value)}, expected ${ROLES.join(', ')}`)
  return value as FileRole
}

function pattern(value: unknown, where: string): RegExp {
  if (typeof value !== 'string' || value.length > 500) throw bad(`${where} is no pattern of up to 500 characters`)
  try {
    return new RegExp(value, 'i')
  } catch (error) {
    throw bad(`${where} is no regular expression: ${(error as Error).message}`)
  }
}

function object(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad(`${where} is no object`)
  return value as Record<string, unknown>
}

function list(value: unknown, where: string): unknown[] {
  if (!Array.isArray(value)) throw bad(`${where} is no list`)
  return value
}

function noMore(rest: Record<string, unknown>, where: string): void {
  const [name] = Object.keys(rest)
  if (name !== undefined) throw bad(`${where} has an unknown member ${JSON.stringify(name)}`)
}

const bad = (message: string) => new IngestError('bad-mapping', `--mapping: ${message}`)
