// Coadd patches and the Level-3 stack as files: IMAGE, MASK, VARIANCE like an exposure, and a table of the exposures
// that went in.

import { binTableBytes } from '#src/fits'
import { fluxCards, header, isoDate, maskCards, varianceCards, wcsCards } from './cards.ts'
import { type CoaddImage, coaddOnto, grid, patchOptics, TRACT } from './coadds.ts'
import { maskedImageBytes, writeWhole } from './files.ts'
import { type Band, PIXEL_ARCSEC, type Plan } from './plan.ts'
import type { Scene } from './scene.ts'

export const coaddPath = (band: Band, patch: number) => `coadd/${band}/coadd-${TRACT}-${patch}-${band}.fits`
export const LEVEL3_PATH = 'level3/supernova-stack-r.fits'

export async function writePatch(folder: string, plan: Plan, band: Band, patch: number): Promise<number> {
  const coadd = await coaddOnto(folder, plan, band, patchOptics(plan, patch))
  const identity = [
    ['TRACT', TRACT, 'tract of the sky map'],
    ['PATCH', patch, 'patch of the tract'],
    ['OBSID', `COADD_${TRACT}_${patch}_${band}`, 'identifier of the coadd'],
    ['OBJECT', 'demo field', 'name of the field'],
  ] as const
  return writeWhole(folder, coaddPath(band, patch), coaddBytes(coadd, band, identity))
}

/** A user's own image: the deep r stack around the supernova, at the detectors' scale. */
export async function writeLevel3(folder: string, plan: Plan, scene: Scene): Promise<number> {
  const size = Math.max(64, Math.round(plan.size.detectorPx * 0.4))
  const { raDeg, decDeg } = scene.supernova
  const optics = grid(size, [(size - 1) / 2, (size - 1) / 2], PIXEL_ARCSEC, { raDeg, decDeg })
  const coadd = await coaddOnto(folder, plan, 'r', optics)
  const identity = [
    ['OBSID', 'L3_SN_STACK', 'identifier of the image'],
    ['OBJECT', 'supernova host', 'name of the target'],
    ['OWNER', 'demo-team', 'group that made this image'],
  ] as const
  return writeWhole(folder, LEVEL3_PATH, coaddBytes(coadd, 'r', identity))
}

function coaddBytes(
  coadd: CoaddImage,
  band: Band,
  identity: readonly (readonly [string, string | number, string])[],
): Uint8Array[] {
  const visits = [...new Set(coadd.inputs.map(({ visit }) => visit))]
  const begin = visits[0].mjdBegin
  const last = visits[visits.length - 1]
  const end = last.mjdBegin + last.exptimeS / 86_400
  const exptime = visits.reduce((sum, { exptimeS }) => sum + exptimeS, 0)
  const wcs = wcsCards(coadd.optics)
  const primary = header([
    ['TELESCOP', 'Demo 0.6m', 'simulated telescope'],
    ['INSTRUME', 'DemoCam', 'simulated camera'],
    ...identity,
    ['BAND', band, 'short name of the filter'],
    ['FILTER', `${band}_demo`, 'name of the filter'],
    ['TIMESYS', 'TAI', 'time scale of dates'],
    ['DATE-OBS', isoDate(begin), 'start of the first exposure'],
    ['DATE-BEG', isoDate(begin), 'start of the first exposure'],
    ['DATE-END', isoDate(end), 'end of the last exposure'],
    ['MJD-OBS', begin, '[d] start of the first exposure'],
    ['MJD-BEG', begin, '[d] start of the first exposure'],
    ['MJD-END', end, '[d] end of the last exposure'],
    ['EXPTIME', exptime, '[s] sum of the exposure times'],
    ['NCOMB', visits.length, 'exposures of the camera that went in'],
    ['NINPUT', coadd.inputs.length, 'detector images that went in (table INPUTS)'],
    ['NDEEP', coadd.deepest, 'largest number of them on one pixel'],
  ])
  const headers = {
    primary,
    image: header(wcs, fluxCards),
    mask: header(wcs, maskCards),
    variance: header(wcs, varianceCards),
  }
  return [...maskedImageBytes(headers, coadd), inputTable(coadd)]
}

function inputTable({ inputs }: CoaddImage): Uint8Array {
  return binTableBytes(
    [
      { name: 'visit', code: 'J', values: inputs.map(({ visit }) => visit.visit) },
      { name: 'detector', code: 'J', values: inputs.map(({ detector }) => detector) },
      { name: 'mjd', code: 'D', unit: 'd', values: inputs.map(({ visit }) => visit.mjdMiddle) },
      { name: 'exptime', code: 'D', unit: 's', values: inputs.map(({ visit }) => visit.exptimeS) },
      { name: 'seeing', code: 'D', unit: 'arcsec', values: inputs.map(({ visit }) => visit.seeingArcsec) },
      { name: 'weight', code: 'D', unit: 'nJy**-2', values: inputs.map(({ weight }) => weight) },
    ],
    { name: 'INPUTS' },
  )
}
