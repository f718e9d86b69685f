// A small survey of everything: a visit of two detectors in two kinds of image, one more under embargo, a coadd of both.

import { sRegion } from '#src/obscore'
import { bounds, DEG, lonLatDeg, radToDeg } from '#src/sky'
import type { Catalog, NewProduct } from '../../origin/catalog/store.ts'
import { fileAt, squareAt } from './products.ts'

export const EMBARGO_UNTIL = Date.UTC(2030, 0, 1)

function imageOf(name: string, raDeg: number, more: Partial<NewProduct>): NewProduct {
  const square = squareAt(name, raDeg, 2, 0.1)
  const footprint = square.footprint.map(({ lonRad, latRad }) => lonLatDeg(lonRad / DEG, latRad / DEG))
  return {
    ...square,
    footprint,
    sRegion: sRegion(footprint),
    fovDeg: radToDeg(2 * bounds({ kind: 'polygon', vertices: footprint }).radiusRad),
    facility: 'Test 1m',
    instrument: 'TestCam',
    band: 'r',
    emMinM: 5.52e-7,
    emMaxM: 6.91e-7,
    oUcd: 'phot.flux.density',
    oUnit: 'nJy',
    targetName: 'field "one"',
    modifiedMs: Date.UTC(2026, 4, 1, 12),
    ...more,
  }
}

export function exposure(visit: number, detector: number, more: Partial<NewProduct> = {}): NewProduct {
  return imageOf(`calexp-${visit}-${detector}`, 150 + detector / 5, {
    collection: 'test.calexp',
    dataproductSubtype: 'calexp',
    obsId: `exposure_${visit}`,
    visit,
    detector,
    raft: detector < 2 ? 'R0' : 'R1',
    physicalFilter: 'r_test',
    imageType: 'science',
    tMinMjd: 60_650 + visit,
    tMaxMjd: 60_650 + visit + 30 / 86_400,
    exptimeS: 30,
    sResolutionArcsec: 0.8,
    polStates: '/I/',
    creatorDid: `ivo://maker.example/x?${visit}&d=${detector}`,
    proposalId: '2026A-1',
    ...more,
  })
}

export function coadd(patch: number, visits: readonly number[], more: Partial<NewProduct> = {}): NewProduct {
  return imageOf(`coadd-1-${patch}`, 150 + patch / 5, {
    collection: 'test.coadd',
    dataproductSubtype: 'coadd',
    calibLevel: 3,
    obsId: `coadd-1-${patch}-r`,
    tract: 1,
    patch: String(patch),
    depthMag: 25 + patch / 10,
    numInputs: visits.length,
    tMinMjd: 60_651,
    tMaxMjd: 60_660,
    exptimeS: 30 * visits.length,
    inputs: visits.map((visit) => exposure(visit, 0).publisherDid),
    planes: [
      { role: 'image', path: '/c.fits', hdu: 1 },
      { role: 'variance', path: '/c.fits', hdu: 3 },
      { role: 'weight', path: '/w.fits', hdu: 0 },
    ],
    ...more,
  })
}

export async function fillSmallSurvey(catalog: Catalog): Promise<NewProduct[]> {
  const embargoed = { rights: { access: 'public', release: 'dr1', embargoUntilMs: EMBARGO_UNTIL } } as const
  const products = [exposure(1, 0), exposure(1, 2), exposure(2, 0, embargoed), coadd(0, [1, 2]), coadd(1, [1])]
  await catalog.change({ files: ['/a.fits', '/c.fits', '/w.fits'].map((path) => fileAt(path)), products })
  const visitOf = (visit: number) => ({ release: 'dr1', instrument: 'TestCam', visit })
  await catalog.putSurvey({
    releases: [{ release: 'dr1', title: 'First', status: 'current', releasedMs: Date.UTC(2026, 5, 1) }],
    visits: [1, 2].map((visit) => ({
      ...visitOf(visit),
      imageType: 'science',
      band: 'r',
      raDeg: 150.1,
      decDeg: 2.05,
      tMinMjd: 60_650 + visit,
    })),
    conditions: [1, 2].map((visit) => ({
      ...visitOf(visit),
      seeingArcsec: 0.8,
      airTemperatureC: 9.5,
      humidityPercent: 40,
    })),
    detectors: [0, 2].map((detector) => ({ instrument: 'TestCam', detector, raft: detector < 2 ? 'R0' : 'R1' })),
    coaddInputs: [1, 2].map((visit) => ({
      ...visitOf(visit),
      coaddDid: coadd(0, []).publisherDid,
      weight: visit / 10,
    })),
  })
  return products
}
