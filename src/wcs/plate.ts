// A Wcs from a DSS plate solution, for headers that carry one beside their TAN keywords or instead of them.

import { ARCSEC, DEG, separationRad } from '#src/sky'
import { celestialMatrix } from './celestial.ts'
import { readPlate } from './distortion/dss.ts'
import { readFrame } from './frames.ts'
import { HeaderWcs } from './header-wcs.ts'
import type { Keywords } from './keywords.ts'
import { tan } from './projection/tan.ts'
import type { Wcs } from './wcs.ts'

/** How far the TAN fit of an untouched DSS image strays from its plate; more means the pixels were moved since. */
const STRAY_ARCSEC = 5

export function plateWcs(keys: Keywords): Wcs | undefined {
  const plate = keys.alternate === '' ? readPlate(keys) : undefined
  if (!plate) return undefined
  const projection = tan()
  const [lon0, lat0] = [plate.crval[0] * DEG, plate.crval[1] * DEG]
  return new HeaderWcs({
    ...readFrame(keys, 'RA'),
    ctype: ['RA---TAN', 'DEC--TAN'],
    axes: [1, 2],
    origin: plate.origin,
    cd: plate.cd,
    projection,
    matrix: celestialMatrix({ phi0: projection.phi0, theta0: projection.theta0, lon0, lat0 }),
    plane: plate.distortion,
  })
}

/** A resampled image may still carry the cards of the plate it came from: then they count for nothing. */
export function plateAgrees(plate: Wcs, keywordsWcs: Wcs, x: number, y: number): boolean {
  const here = plate.pixelToWorld(x, y)
  const there = keywordsWcs.pixelToWorld(x, y)
  return (
    here !== undefined &&
    there !== undefined &&
    separationRad(here[0], here[1], there[0], there[1]) < STRAY_ARCSEC * ARCSEC
  )
}
