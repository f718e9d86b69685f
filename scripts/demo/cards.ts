// The header cards of the demo's files: what LSST's afw and its instruments write, in degrees, seconds, MJD.

import { FitsHeader } from '#src/fits'
import { MASK_PLANES } from './detector.ts'
import type { Optics } from './optics.ts'
import { FIELD, type Plan, type Visit, ZERO_POINT } from './plan.ts'
import type { Polynomial } from './polynomial.ts'
import { toSky } from './sky-plane.ts'

type Value = string | number | boolean
type Cards = readonly (readonly [string, Value, string])[]

export const header = (...lists: Cards[]): FitsHeader => {
  const made = new FitsHeader()
  for (const [keyword, value, comment] of lists.flat()) made.add({ keyword, value, comment })
  return made
}

/** MJD to an ISO date and time with milliseconds. */
export function isoDate(mjd: number): string {
  return new Date(Math.round((mjd - 40_587) * 86_400_000)).toISOString().slice(0, -1)
}

const BAND_NAMES = { g: 'g_demo', r: 'r_demo', i: 'i_demo' }

/** The exposure, for the primary header; `DETECTOR` counts from 0. */
export function exposureCards(plan: Plan, visit: Visit, detector: number): Cards {
  const end = visit.mjdBegin + visit.exptimeS / 86_400
  const pointing = toSky(FIELD, visit.offsetArcsec[0], visit.offsetArcsec[1])
  return [
    ['TELESCOP', 'Demo 0.6m', 'simulated telescope'],
    ['INSTRUME', 'DemoCam', 'simulated camera'],
    ['OBSID', `DC_${String(visit.visit).padStart(5, '0')}`, 'identifier of the exposure'],
    ['VISIT', visit.visit, 'visit number'],
    ['DETECTOR', detector, 'detector number'],
    ['BAND', visit.band, 'short name of the filter'],
    ['FILTER', BAND_NAMES[visit.band], 'name of the filter'],
    ['OBSTYPE', 'science', 'kind of exposure'],
    ['OBJECT', 'demo field', 'name of the field'],
    ['TIMESYS', 'TAI', 'time scale of dates'],
    ['DATE-OBS', isoDate(visit.mjdBegin), 'start of the exposure'],
    ['DATE-BEG', isoDate(visit.mjdBegin), 'start of the exposure'],
    ['DATE-AVG', isoDate(visit.mjdMiddle), 'middle of the exposure'],
    ['DATE-END', isoDate(end), 'end of the exposure'],
    ['MJD-OBS', visit.mjdBegin, '[d] start of the exposure'],
    ['MJD-BEG', visit.mjdBegin, '[d] start of the exposure'],
    ['MJD-AVG', visit.mjdMiddle, '[d] middle of the exposure'],
    ['MJD-END', end, '[d] end of the exposure'],
    ['EXPTIME', visit.exptimeS, '[s] exposure time'],
    ['AIRMASS', round(visit.airmass, 4), 'at the middle of the exposure'],
    ['SEEING', round(visit.seeingArcsec, 4), '[arcsec] full width at half maximum of a star'],
    ['RA', round(pointing.raDeg, 8), '[deg] pointing'],
    ['DEC', round(pointing.decDeg, 8), '[deg] pointing'],
    ['ROTPA', round(visit.rotationDeg, 6), '[deg] angle of the camera'],
    ['ZPINST', round(visit.zeroPoint, 5), '[mag] AB magnitude of one electron'],
    ['SKYLEVEL', round(visit.skyElectrons, 4), '[electron] sky that was taken off, per pixel'],
    ['SIMSEED', plan.seed, 'seed of the simulation'],
  ]
}

const round = (value: number, digits: number) => Number(value.toFixed(digits))

/** Pixels are calibrated: nJy, AB zero point 31.4. */
export const fluxCards: Cards = [
  ['BUNIT', 'nJy', 'unit of the pixels'],
  ['MAGZERO', ZERO_POINT, '[mag] AB magnitude of 1 nJy'],
]
export const varianceCards: Cards = [['BUNIT', 'nJy**2', 'unit of the pixels']]

export const maskCards: Cards = Object.entries(MASK_PLANES).map(([name, bit]) => [
  `MP_${name}`,
  bit,
  'bit of this plane',
])

/** Position and shape cards of the image's coordinates; one HDU stands for itself and inherits the primary's cards. */
export function wcsCards({ centre, reference, cd, sip }: Optics): Cards {
  const code = sip ? '-SIP' : ''
  const [c11, c12, c21, c22] = cd
  return [
    ['INHERIT', true, 'the primary header holds for this one too'],
    ['WCSAXES', 2, 'number of coordinate axes'],
    ['CTYPE1', `RA---TAN${code}`, 'right ascension, gnomonic'],
    ['CTYPE2', `DEC--TAN${code}`, 'declination, gnomonic'],
    ['CUNIT1', 'deg', 'unit of the axis'],
    ['CUNIT2', 'deg', 'unit of the axis'],
    ['CRPIX1', reference[0] + 1, 'reference pixel'],
    ['CRPIX2', reference[1] + 1, 'reference pixel'],
    ['CRVAL1', centre.raDeg, '[deg] position of the reference pixel'],
    ['CRVAL2', centre.decDeg, '[deg] position of the reference pixel'],
    ['CD1_1', c11, ''],
    ['CD1_2', c12, ''],
    ['CD2_1', c21, ''],
    ['CD2_2', c22, ''],
    ['RADESYS', 'ICRS', 'reference frame'],
    ...(sip ? [...terms('A', sip.a), ...terms('B', sip.b), ...terms('AP', sip.ap), ...terms('BP', sip.bp)] : []),
  ]
}

function terms(name: string, polynomial: Polynomial): Cards {
  const cards = polynomial.terms.map(([p, q, value]) => [`${name}_${p}_${q}`, value, ''] as const)
  return [[`${name}_ORDER`, polynomial.order, ''], ...cards]
}
