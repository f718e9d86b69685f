// What a survey is beside its images: releases, visits, detectors, conditions, what went into a coadd, calibrations.
// Keys: a visit is (release, instrument, visit), as each release measures its visits anew; a detector is
// (instrument, detector). Angles in degrees, times MJD or ms since 1970 as named. What is not known is absent.

import type { ProductRights } from '#src/rights'

/** `current` is the one to use by default; an older one stays `superseded` and is served all the same. */
export const RELEASE_STATUSES = ['planned', 'preliminary', 'current', 'superseded', 'retired'] as const
export type ReleaseStatus = (typeof RELEASE_STATUSES)[number]

export interface ReleaseRecord {
  readonly release: string
  readonly title?: string
  readonly description?: string
  readonly status?: ReleaseStatus
  readonly releasedMs?: number
}

export interface VisitKey {
  readonly release: string
  readonly instrument: string
  readonly visit: number
}

export interface VisitRecord extends VisitKey {
  readonly obsId?: string
  /** `science`, `bias`, `dark`, `flat`, …: lower case. */
  readonly imageType?: string
  /** Observing night as a number, YYYYMMDD. */
  readonly dayObs?: number
  /** Number of the exposure in its night. */
  readonly sequence?: number
  readonly band?: string
  readonly physicalFilter?: string
  readonly targetName?: string
  readonly program?: string
  /** Where the telescope pointed, ICRS. */
  readonly raDeg?: number
  readonly decDeg?: number
  /** Position angle of the camera's y axis, north through east. */
  readonly rotationDeg?: number
  readonly tMinMjd?: number
  readonly tMaxMjd?: number
  readonly exptimeS?: number
  readonly airmass?: number
}

export interface DetectorRecord {
  readonly instrument: string
  readonly detector: number
  readonly name?: string
  readonly raft?: string
  /** `science`, `wavefront`, `guider`, … */
  readonly purpose?: string
  readonly width?: number
  readonly height?: number
  readonly pixelScaleArcsec?: number
}

/** Of one visit as a whole. */
export interface ConditionsRecord extends VisitKey {
  /** Full width at half maximum of a point source in the images. */
  readonly seeingArcsec?: number
  /** Magnitude per square arcsecond, AB. */
  readonly skyBrightnessMag?: number
  /** Sky per pixel, in electrons. */
  readonly skyElectrons?: number
  /** AB magnitude of one electron in the whole exposure. */
  readonly zeroPointMag?: number
  readonly airTemperatureC?: number
  readonly domeTemperatureC?: number
  readonly humidityPercent?: number
  readonly pressureHpa?: number
  readonly windSpeedMs?: number
  /** Where the wind comes from, north through east. */
  readonly windDirectionDeg?: number
  readonly moonSeparationDeg?: number
  /** Lit part of the Moon, 0 to 1. */
  readonly moonFraction?: number
}

export interface CoaddInputRecord {
  readonly release: string
  /** publisherDid of the coadd. */
  readonly coaddDid: string
  readonly instrument: string
  readonly visit: number
  readonly detector?: number
  /** Of this input among all of the coadd, as the coaddition used it: their sum need not be 1. */
  readonly weight?: number
}

export interface CalibrationRecord {
  readonly release: string
  /** Unique in the release. */
  readonly calibrationId: string
  /** `bias`, `dark`, `flat`, `defects`, `crosstalk`, `ptc`, `linearizer`, … */
  readonly kind: string
  readonly instrument: string
  readonly detector?: number
  readonly physicalFilter?: string
  readonly validFromMjd?: number
  readonly validToMjd?: number
  readonly createdMs?: number
  /** Of the image in this catalogue, where it is one. */
  readonly publisherDid?: string
  readonly rights: ProductRights
}

/** Records are put over those with the same key; the inputs of a coadd that is named replace all it had. */
export interface SurveyChange {
  readonly releases?: readonly ReleaseRecord[]
  readonly visits?: readonly VisitRecord[]
  readonly detectors?: readonly DetectorRecord[]
  readonly conditions?: readonly ConditionsRecord[]
  readonly coaddInputs?: readonly CoaddInputRecord[]
  readonly calibrations?: readonly CalibrationRecord[]
}
