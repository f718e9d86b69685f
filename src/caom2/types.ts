// CAOM 2.4 as values: what our archive says of an observation. Names are the model's own. Positions in degrees, wavelengths
// in metres, times MJD, times of day ms since 1970.

import type { LonLat } from '#src/sky'

export interface Observation {
  /** `derived`: made from other observations. */
  readonly kind: 'simple' | 'derived'
  readonly collection: string
  readonly observationId: string
  readonly algorithm: string
  readonly lastModifiedMs: number
  readonly metaReleaseMs?: number
  readonly sequenceNumber?: number
  readonly type?: string
  readonly intent?: 'science' | 'calibration'
  readonly proposalId?: string
  readonly targetName?: string
  readonly targetPosition?: { readonly raDeg: number; readonly decDeg: number }
  readonly telescope?: string
  readonly instrument?: string
  readonly environment?: Environment
  readonly planes: readonly Plane[]
  /** URIs of the observations it was made from. */
  readonly members?: readonly string[]
}

export interface Environment {
  readonly seeingArcsec?: number
  /** 0 to 1. */
  readonly humidity?: number
  readonly ambientTempC?: number
}

export interface Plane {
  readonly productId: string
  readonly publisherId: string
  readonly creatorId?: string
  readonly lastModifiedMs: number
  readonly dataReleaseMs?: number
  readonly dataProductType: string
  readonly calibrationLevel: number
  readonly provenance?: Provenance
  readonly observableUcd?: string
  readonly magLimit?: number
  readonly position: Position
  readonly energy?: Energy
  readonly time?: Time
  /** `I`, `Q`, …: FITS's names. */
  readonly polarization?: readonly string[]
  readonly artifacts: readonly Artifact[]
}

export interface Provenance {
  readonly name: string
  readonly project?: string
  readonly producer?: string
  readonly reference?: string
  /** URIs of planes. */
  readonly inputs?: readonly string[]
}

export interface Position {
  /** Outline in radians, ICRS, counter-clockwise on the sky. */
  readonly bounds: readonly LonLat[]
  readonly dimension: readonly [naxis1: number, naxis2: number]
  readonly resolutionArcsec?: number
  readonly sampleSizeArcsec?: number
}

export interface Energy {
  readonly lowerM: number
  readonly upperM: number
  readonly resolvingPower?: number
  readonly bandpassName?: string
}

export interface Time {
  readonly lowerMjd: number
  readonly upperMjd: number
  readonly exposureS?: number
  readonly resolutionS?: number
}

export type ProductType = 'science' | 'weight' | 'noise' | 'auxiliary'

export interface Artifact {
  readonly uri: string
  readonly productType: ProductType
  readonly contentLength: number
  readonly lastModifiedMs: number
  readonly parts: readonly Part[]
}

/** An HDU with its one array. */
export interface Part {
  readonly name: string
  readonly productType: ProductType
}

export const observationUri = ({ collection, observationId }: Pick<Observation, 'collection' | 'observationId'>) =>
  `caom:${collection}/${observationId}`
export const planeUri = (observation: Pick<Observation, 'collection' | 'observationId'>, productId: string) =>
  `${observationUri(observation)}/${productId}`
