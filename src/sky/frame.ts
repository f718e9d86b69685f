// Celestial frames and the rotations between them, all by way of ICRS.
// FK5: frame bias of USNO Circular 179 and IAU 2006 precession (Hilton et al. 2006, Fukushima-Williams angles).
// GALACTIC: the pole of IAU 1958 carried to FK5 J2000. ECLIPTIC: mean ecliptic of date, IAU 2006, from ICRS.
// FK4 differs from the others by more than a rotation: see fk4.ts.

import { ARCSEC, DEG } from './angle.ts'
import { SkyError } from './errors.ts'
import { axisRotation, type Matrix, multiply, transpose } from './matrix.ts'

/** Those that are rotations of one another. */
export const ROTATED_FRAMES = ['ICRS', 'FK5', 'GALACTIC', 'ECLIPTIC'] as const
export type Frame = (typeof ROTATED_FRAMES)[number] | 'FK4'

export interface EquinoxOptions {
  /** Julian years; matters for FK5 and ECLIPTIC. Default 2000. */
  readonly fromEquinox?: number
  readonly toEquinox?: number
}

const MAS = ARCSEC / 1000
const ICRS_TO_FK5 = multiply(axisRotation(0, 19.9 * MAS), axisRotation(1, 9.1 * MAS), axisRotation(2, -22.9 * MAS))

/** North galactic pole in FK5 J2000, and the galactic longitude of the celestial pole. */
const FK5_TO_GALACTIC = multiply(
  axisRotation(2, Math.PI - 122.9319185680026 * DEG),
  axisRotation(1, Math.PI / 2 - 27.12825118085622 * DEG),
  axisRotation(2, 192.8594812065348 * DEG),
)

const IDENTITY = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1)

// Fukushima-Williams angles of IAU 2006, arcseconds, in powers of Julian centuries since J2000.
const GAMMA_BAR = [-0.052928, 10.556378, 0.4932044, -0.00031238, -0.000002788, 0.000000026]
const PHI_BAR = [84381.412819, -46.811016, 0.0511268, 0.00053289, -0.00000044, -0.0000000176]
const PSI_BAR = [-0.041775, 5038.481484, 1.5584175, -0.00018522, -0.000026452, -0.0000000148]
const OBLIQUITY = [84381.406, -46.836769, -0.0001831, 0.0020034, -0.000000576, -0.0000000434]

function series(coefficients: readonly number[], t: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * t + coefficient, 0) * ARCSEC
}

function eclipticFromIcrs(julianYear: number): Matrix {
  const t = (julianYear - 2000) / 100
  return multiply(
    axisRotation(2, -series(PSI_BAR, t)),
    axisRotation(0, series(PHI_BAR, t)),
    axisRotation(2, series(GAMMA_BAR, t)),
  )
}

function equatorOfDateFromIcrs(julianYear: number): Matrix {
  const obliquity = series(OBLIQUITY, (julianYear - 2000) / 100)
  return multiply(axisRotation(0, -obliquity), eclipticFromIcrs(julianYear))
}

/** FK5 precession from J2000: the frame bias of IAU 2006 taken out again. */
function precessionFromJ2000(julianYear: number): Matrix {
  if (julianYear === 2000) return IDENTITY
  return multiply(equatorOfDateFromIcrs(julianYear), transpose(equatorOfDateFromIcrs(2000)))
}

function fromIcrs(frame: Frame, equinox: number): Matrix {
  switch (frame) {
    case 'ICRS':
      return IDENTITY
    case 'FK5':
      return multiply(precessionFromJ2000(equinox), ICRS_TO_FK5)
    case 'GALACTIC':
      return multiply(FK5_TO_GALACTIC, ICRS_TO_FK5)
    case 'ECLIPTIC':
      return eclipticFromIcrs(equinox)
    case 'FK4':
      throw new SkyError('unsupported-frame', 'FK4 is no rotation of ICRS (elliptic aberration): use fk4')
  }
}

/** Row-major matrix that takes unit vectors from one frame to the other. */
export function rotation(from: Frame, to: Frame, options: EquinoxOptions = {}): Float64Array {
  const { fromEquinox = 2000, toEquinox = 2000 } = options
  if (from === to && (fromEquinox === toEquinox || from === 'ICRS' || from === 'GALACTIC')) return IDENTITY.slice()
  return multiply(fromIcrs(to, toEquinox), transpose(fromIcrs(from, fromEquinox)))
}
