// The header cards of the demo's files: what LSST's afw and its instruments write, in degrees, seconds, MJD.

import { FitsHeader } from '#src/fits'
import { writeWcs } from '#src/wcs'
import { MASK_PLANES } from './detector.ts'
import type { Optics } from './optics.ts'
import { FIELD, type Plan, type Visit, ZERO_POINT } from './plan.ts'
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

const INVERSE_ORDER = 5

/** The coordinates of an image HDU, which also stands under the primary's cards. */
export function wcsCards({ centre, reference, cd, sip, width, height }: Optics): Cards {
  const cards = writeWcs({
    crval: [centre.raDeg, centre.decDeg],
    crpix: [reference[0] + 1, reference[1] + 1],
    cd,
    ...(sip && {
      sip: { order: sip.a.order, a: sip.a.terms, b: sip.b.terms, size: [width, height], inverseOrder: INVERSE_ORDER },
    }),
  })
  return [
    ['INHERIT', true, 'the primary header holds for this one too'],
    ...cards.map(({ keyword, value, comment }) => [keyword, value, comment] as const),
  ]
}
