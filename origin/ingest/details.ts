// What headers say of an image beyond where, when and through which filter. Only what a keyword states in a unit that is
// known: a seeing in pixels or a temperature in unknown degrees stays out.

import type { Product } from '../catalog/store.ts'
import type { ConditionsRecord, VisitRecord } from '../catalog/survey.ts'
import type { HeaderStack } from './header-stack.ts'

export type Details = Pick<
  Product,
  | 'raft'
  | 'physicalFilter'
  | 'imageType'
  | 'dayObs'
  | 'oUcd'
  | 'oUnit'
  | 'sResolutionArcsec'
  | 'creatorName'
  | 'proposalId'
  | 'bibReference'
  | 'depthMag'
  | 'numInputs'
>

const IMAGE_TYPES: readonly (readonly [RegExp, string])[] = [
  [/^(object|science|sci|light|target|sky|remap|stacked|image)\b/i, 'science'],
  [/^(bias|zero)\b/i, 'bias'],
  [/^dark\b/i, 'dark'],
  [/\bflat\b/i, 'flat'],
  [/^(arc|comparison|lamp)\b/i, 'arc'],
  [/^focus\b/i, 'focus'],
]

/** Unit as headers write it -> VOUnits, and the UCD of what has this unit. */
const UNITS: readonly (readonly [RegExp, string, string])[] = [
  [/^(njy|nanojansky)$/i, 'nJy', 'phot.flux.density'],
  [/^(ujy|microjansky)$/i, 'uJy', 'phot.flux.density'],
  [/^mjy$/, 'mJy', 'phot.flux.density'],
  [/^jy$/i, 'Jy', 'phot.flux.density'],
  [/^mjy ?\/ ?sr$/i, 'MJy/sr', 'phot.flux.density.sb'],
  [/^jy ?\/ ?beam$/i, 'Jy/beam', 'phot.flux.density.sb'],
  [/^(nanomaggy|nanomaggies|nmgy)$/i, 'nanomaggy', 'phot.flux.density'],
  [/^(adu|dn|counts?)$/i, 'adu', 'phot.count'],
  [/^(electrons?|e-?)$/i, 'electron', 'phot.count'],
  [/^(electrons?|e-?) ?\/ ?(s|sec)$/i, 'electron/s', 'phot.count'],
  [/^(adu|dn|counts?) ?\/ ?(s|sec)$/i, 'adu/s', 'phot.count'],
]

export function detailsOf(header: HeaderStack): Details {
  const unit = header.text('BUNIT')
  const [, oUnit, oUcd] = UNITS.find(([pattern]) => unit !== undefined && pattern.test(unit)) ?? []
  return {
    raft: header.first(['RAFTBAY', 'RAFTNAME', 'RAFT']),
    physicalFilter: header.text('FILTER'),
    imageType: imageTypeOf(header),
    dayObs: dayObsOf(header),
    oUcd,
    oUnit,
    sResolutionArcsec: seeingOf(header),
    creatorName: header.text('ORIGIN'),
    proposalId: header.first(['PROPID', 'PROPOSID', 'PROP_ID']),
    bibReference: header.text('REFERENC'),
    depthMag: within(header.number('MAGLIM'), 0, 40),
    numInputs: header.whole(['NCOMBINE', 'NCOMB'], 2),
  }
}

function imageTypeOf(header: HeaderStack): string | undefined {
  const text = header.first(['OBSTYPE', 'IMGTYPE', 'IMAGETYP'])
  return text === undefined ? undefined : IMAGE_TYPES.find(([pattern]) => pattern.test(text))?.[1]
}

/** YYYYMMDD, with or without hyphens. */
function dayObsOf(header: HeaderStack): number | undefined {
  const match = /^(\d{4})-?(\d\d)-?(\d\d)$/.exec(header.first(['DAYOBS', 'DAY_OBS']) ?? '')
  return match ? Number(match.slice(1).join('')) : undefined
}

/** SEEING is in arcseconds by custom; of others the comment must say so. */
function seeingOf(header: HeaderStack): number | undefined {
  const seeing = within(header.number('SEEING'), 0.01, 60)
  if (seeing !== undefined && !/pix/i.test(header.comment('SEEING'))) return seeing
  for (const keyword of ['PSF_FWHM', 'FWHM'])
    if (/arcsec/i.test(header.comment(keyword))) return within(header.number(keyword), 0.01, 60)
  return undefined
}

const within = (value: number | undefined, low: number, high: number) =>
  value !== undefined && value >= low && value <= high ? value : undefined

/** What the header of one of its images says of a visit. */
export function visitDetails(header: HeaderStack): Partial<VisitRecord> {
  const [raDeg, decDeg] = [header.number('RA'), header.number('DEC')]
  const pointing = raDeg !== undefined && decDeg !== undefined && Math.abs(decDeg) <= 90 && raDeg >= 0 && raDeg < 360
  return {
    // Hours are written with colons, and so are no numbers.
    ...(pointing && { raDeg, decDeg }),
    rotationDeg: within(header.number('ROTPA'), -360, 360),
    airmass: within(header.number('AIRMASS'), 1, 40),
    program: header.first(['PROGRAM', 'PROPID', 'PROPOSID']),
    sequence: header.number('SEQNUM'),
  }
}

export function conditionsDetails(header: HeaderStack): Partial<ConditionsRecord> {
  const temperature = ['AIRTEMP', 'OUTTEMP']
    .map((keyword) => header.number(keyword))
    .find((value) => value !== undefined)
  return {
    seeingArcsec: seeingOf(header),
    airTemperatureC: within(temperature, -80, 60),
    humidityPercent: within(header.number('HUMIDITY'), 0, 100),
  }
}
