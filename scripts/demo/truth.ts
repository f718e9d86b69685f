// What the simulation put on the sky, for those who measure: degrees ICRS, nJy, MJD TAI at the middle of the exposure.

import { coaddPath, LEVEL3_PATH } from './coadd-files.ts'
import { calexpPath, hasTwin, twinPath } from './files.ts'
import { BANDS, FIELD, PIXEL_ARCSEC, type Plan } from './plan.ts'
import { moverPosition, type Scene, supernovaFlux, variableFlux } from './scene.ts'

const detectors = [0, 1, 2, 3]

export function makeTruth(plan: Plan, scene: Scene) {
  const { seed, size, visits } = plan
  const last = visits.filter(({ night }) => night === visits[visits.length - 1].night)
  return {
    about: 'Simulated survey: true positions (deg, ICRS), fluxes (nJy, AB zero point 31.4), times (MJD, TAI)',
    seed,
    size,
    field: { ...FIELD, halfWidthDeg: plan.halfFieldArcsec / 3600, pixelArcsec: PIXEL_ARCSEC },
    /** The newest visit: what a release would hold back. */
    embargoedVisit: last[last.length - 1].visit,
    epochs: visits.map((visit) => ({
      visit: visit.visit,
      night: visit.night,
      band: visit.band,
      mjd: visit.mjdMiddle,
      exptimeS: visit.exptimeS,
      seeingArcsec: visit.seeingArcsec,
      airmass: visit.airmass,
      zeroPoint: visit.zeroPoint,
      files: detectors.map((detector) => calexpPath(visit, detector)),
      lossyFiles: hasTwin(visit) ? detectors.map((detector) => twinPath(visit, detector)) : [],
    })),
    coadds: BANDS.flatMap((band) => detectors.map((patch) => ({ band, patch, file: coaddPath(band, patch) }))),
    level3: [{ file: LEVEL3_PATH, group: 'demo-team' }],
    stars: scene.stars,
    galaxies: scene.galaxies.map(({ components, ...galaxy }) => ({
      ...galaxy,
      flux: Object.fromEntries(BANDS.map((band) => [band, components.reduce((sum, { flux }) => sum + flux[band], 0)])),
    })),
    variable: {
      ...scene.variable,
      epochs: visits.map(({ visit, band, mjdMiddle }) => ({ visit, flux: variableFlux(scene, band, mjdMiddle) })),
    },
    supernova: {
      ...scene.supernova,
      epochs: visits.map(({ visit, band, mjdMiddle }) => ({ visit, flux: supernovaFlux(scene, band, mjdMiddle) })),
    },
    mover: {
      flux: scene.mover.flux,
      epochs: visits.map(({ visit, mjdMiddle }) => ({ visit, mjd: mjdMiddle, ...moverPosition(scene, mjdMiddle) })),
    },
  }
}

export type Truth = ReturnType<typeof makeTruth>
