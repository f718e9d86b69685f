// The ObsCore fields of one image: what its headers say, then what the operator's mapping says instead.
// What nothing says stays undefined: an image without a time is taken, its time is null.

import type { Product } from '../catalog/store.ts'
import { bandNamed, bandOf } from './bands.ts'
import type { HeaderStack } from './header-stack.ts'
import { known } from './known.ts'
import { type FieldName, type FieldSource, type Mapping, NUMBER_FIELDS } from './mapping.ts'
import { timesOf } from './time.ts'

export type Described = Partial<Pick<Product, FieldName>>

const DATA_ID = 'LSST BUTLER DATAID'
const TEXTS: Readonly<Partial<Record<FieldName, readonly string[]>>> = {
  targetName: ['OBJECT', 'TARGNAME', 'TGT_NAME'],
  obsId: ['OBSID', 'OBS_ID', 'EXP-ID', 'FRSETID', 'AORKEY'],
  facility: ['TELESCOP', 'OBSERVAT'],
  instrument: ['INSTRUME', 'INSTRUMENT', `${DATA_ID} INSTRUMENT`, 'DETECTOR_NAME'],
  patch: ['PATCH', `${DATA_ID} PATCH`],
}
const NUMBERS: Readonly<Partial<Record<FieldName, readonly string[]>>> = {
  visit: ['VISIT', `${DATA_ID} VISIT`, 'EXPNUM', 'IDNUM'],
  detector: ['CCDNUM', 'DET-ID', `${DATA_ID} DETECTOR`, 'DETECTOR', 'CCDID', 'CHIPID'],
  tract: ['TRACT', `${DATA_ID} TRACT`],
}

/** `name` is the file's name without folder and ending: what `fields.*.name` of a mapping looks at. */
export function describe(header: HeaderStack, tree: Described, { fields }: Mapping, name: string): Described {
  const found: Record<string, string | number | undefined> = { ...bandOf(header), ...timesOf(header) }
  for (const [field, keywords] of Object.entries(TEXTS)) found[field] = header.first(keywords!)
  for (const [field, keywords] of Object.entries(NUMBERS)) found[field] = header.whole(keywords!)
  // EXPID means many things; in afw files (AR_HDU) it is the exposure.
  if (header.text('AR_HDU') !== undefined) found.visit ??= header.whole(['EXPID'])
  // A file of the 2MASS Atlas names its survey only.
  found.facility ??= header.text('DATASET')?.match(/^2MASS$/i)?.[0]
  found.calibLevel = calibLevelOf(header, found)
  for (const [field, value] of Object.entries(tree)) if (value !== undefined) found[field] = value
  for (const [field, source] of Object.entries(fields)) {
    const value = sourced(header, source, field as FieldName, name)
    if (value === undefined) continue
    // A band that was mapped brings its wavelengths along.
    if (field === 'band') Object.assign(found, { emMinM: undefined, emMaxM: undefined }, bandNamed(String(value)))
    else found[field] = value
  }
  return known(found)
}

/** ObsCore 1.1 §3.3.2: 1 raw, 2 calibrated, 3 made from several. */
function calibLevelOf(header: HeaderStack, found: Readonly<Record<string, unknown>>): number {
  if (/^raw$/i.test(header.text('PROCTYPE') ?? '')) return 1
  if (found.tract !== undefined || (header.number('NCOMBINE') ?? 1) > 1) return 3
  return /stack|coadd|mosaic/i.test(header.text('PRODTYPE') ?? header.text('PROCTYPE') ?? '') ? 3 : 2
}

function sourced(
  header: HeaderStack,
  { value, keywords, name: pattern, scale }: FieldSource,
  field: FieldName,
  name: string,
): string | number | undefined {
  const text = pattern?.exec(name)?.groups?.value ?? (keywords && header.first(keywords)) ?? value
  if (text === undefined) return undefined
  if (!(NUMBER_FIELDS as readonly string[]).includes(field)) return String(text)
  const number = Number(text) * (scale ?? 1)
  return Number.isFinite(number) ? number : undefined
}
