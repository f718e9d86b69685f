// What the survey is before any pixel: its size, its field, its nights and visits. Angles in arcsec or degrees as named,
// times MJD (TAI), fluxes nJy (AB magnitude = 31.4 - 2.5 log10 flux).

import { dice } from './random.ts'

export const BANDS = ['g', 'r', 'i'] as const
export type Band = (typeof BANDS)[number]
export type PerBand = Record<Band, number>

export const FIELD = { raDeg: 150.1, decDeg: 2.2 }
export const PIXEL_ARCSEC = 1.4
export const COADD_PIXEL_ARCSEC = 1.2
/** AB zero point of fluxes in nJy. */
export const ZERO_POINT = 31.4

export const fluxOf = (magnitude: number) => 10 ** (0.4 * (ZERO_POINT - magnitude))

export interface SurveySize {
  /** Side of a detector, pixels; there are 2 x 2 of them with gaps. */
  readonly detectorPx: number
  /** Nights, each with a visit in g, r and i. */
  readonly nights: number
  /** Stars of the field; the cluster comes on top. */
  readonly stars: number
}

export const FULL_SIZE: SurveySize = { detectorPx: 512, nights: 12, stars: 2500 }

export interface Visit {
  readonly visit: number
  readonly night: number
  readonly band: Band
  /** Start of the exposure and its middle. */
  readonly mjdBegin: number
  readonly mjdMiddle: number
  readonly exptimeS: number
  readonly airmass: number
  /** Full width at half maximum of a star. */
  readonly seeingArcsec: number
  /** Electrons per pixel from the sky. */
  readonly skyElectrons: number
  /** AB magnitude of one electron in the whole exposure. */
  readonly zeroPoint: number
  /** Pointing relative to the field centre (east, north) and angle of the camera, north through east. */
  readonly offsetArcsec: readonly [number, number]
  readonly rotationDeg: number
}

export interface Plan {
  readonly seed: number
  readonly size: SurveySize
  readonly gapPx: number
  /** From the field centre to the edge of the camera. */
  readonly halfFieldArcsec: number
  readonly visits: readonly Visit[]
}

/** A quiet autumn: a night every five days, g, r and i a quarter of an hour apart. */
const FIRST_NIGHT = 60_650.28
const NIGHT_STEP = 5
const BAND_SKY: PerBand = { g: 55, r: 95, i: 150 }
const BAND_ZERO: PerBand = { g: 28.15, r: 28.05, i: 27.75 }
const BAND_SEEING: PerBand = { g: 1.07, r: 1, i: 0.95 }

export function makePlan(seed: number, size: SurveySize = FULL_SIZE): Plan {
  const gapPx = Math.round(size.detectorPx / 25)
  const halfFieldArcsec = (size.detectorPx + gapPx / 2) * PIXEL_ARCSEC
  const d = dice('visits', seed)
  const visits: Visit[] = []
  for (let night = 0; night < size.nights; night++) {
    const seeing = d.between(2.7, 3.9)
    const moon = d.between(0.7, 1.8)
    const begin = FIRST_NIGHT + NIGHT_STEP * night + d.between(-0.04, 0.04)
    for (const band of BANDS) {
      const airmass = d.between(1.1, 1.6)
      const exptimeS = band === 'g' ? 45 : 30
      const mjdBegin = begin + 0.0104 * BANDS.indexOf(band)
      // Wide enough that the gaps between the detectors fall elsewhere every night.
      const reach = halfFieldArcsec * 0.075
      visits.push({
        visit: visits.length + 1,
        night,
        band,
        mjdBegin,
        mjdMiddle: mjdBegin + exptimeS / 172_800,
        exptimeS,
        airmass,
        seeingArcsec: seeing * BAND_SEEING[band] * (airmass / 1.3) ** 0.6,
        skyElectrons: BAND_SKY[band] * moon * d.between(0.9, 1.1),
        zeroPoint: BAND_ZERO[band] - 0.12 * airmass + 0.05 * d.normal(),
        offsetArcsec: [d.between(-reach, reach), d.between(-reach, reach)],
        rotationDeg: d.between(-2.5, 2.5),
      })
    }
  }
  return { seed, size, gapPx, halfFieldArcsec, visits }
}
