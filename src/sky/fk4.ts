// FK4 (Besselian equinox, positions with the E-terms of aberration) to ICRS and back.
// E-terms: Explanatory Supplement (1992) 3.531; Newcomb's precession; FK4 -> FK5: Murray 1989, A&A 218, 325, eq. 28 and 29.
// A position without proper motion is taken to be observed at the equinox of its frame.

import { ARCSEC, DEG } from './angle.ts'
import { rotation } from './frame.ts'
import { axisRotation, type Matrix, multiply, rotate } from './matrix.ts'
import { cross, dot, normalize } from './vector.ts'

const B1950_TO_J2000 = [
  0.9999256794956877, -0.0111814832204662, -0.0048590038153592, 0.0111814832391717, 0.9999374848933135,
  -0.0000271625947142, 0.0048590037723143, -0.000027170293744, 0.9999881946023742,
]
/** Change per Julian century: FK4 turns slowly against FK5. */
const B1950_TO_J2000_RATE = [
  -0.0026455262e-6, -1.1539918689e-6, 2.111134619e-6, 1.1540628161e-6, -0.0129042997e-6, 0.0236021478e-6,
  -2.1112979048e-6, -0.0056024448e-6, 0.0102587734e-6,
]

const julianDate = (besselianYear: number) => 2415020.31352 + (besselianYear - 1900) * 365.242198781
const JD_B1950 = julianDate(1950)

function eTerms(besselianYear: number): [number, number, number] {
  const jd = julianDate(besselianYear)
  const t = (jd - JD_B1950) / 36525
  const t2000 = (jd - 2451545) / 36525
  const aberration = 0.0056932 * DEG * (0.01673011 - 0.00004193 * t - 0.000000126 * t * t)
  const perigee = (1015489.951 + t * (6190.67 + t * (1.65 + t * 0.012))) * ARCSEC
  const obliquity = (84381.448 + t2000 * (-46.815 + t2000 * (-0.00059 + t2000 * 0.001813))) * ARCSEC
  const cos = Math.cos(perigee)
  return [
    aberration * Math.sin(perigee),
    -aberration * cos * Math.cos(obliquity),
    -aberration * cos * Math.sin(obliquity),
  ]
}

/** Newcomb's precession between two Besselian equinoxes. */
function newcomb(from: number, to: number): Matrix {
  const t = (from - 1850) / 1000
  const dt = (to - from) / 1000
  const zeta0 = 23035.545 + t * 139.72 + 0.06 * t * t
  const zeta = dt * (zeta0 + dt * (30.24 - 0.27 * t + dt * 17.995)) * ARCSEC
  const z = dt * (zeta0 + dt * (109.48 + 0.39 * t + dt * 18.325)) * ARCSEC
  const theta = dt * (20051.12 - 85.29 * t - 0.37 * t * t + dt * (-42.65 - 0.37 * t + dt * -41.8)) * ARCSEC
  return multiply(axisRotation(2, -z), axisRotation(1, theta), axisRotation(2, -zeta))
}

function inverse(m: Matrix): Matrix {
  const columns = [0, 3, 6].map((_, i, rows) => {
    const a = rows[(i + 1) % 3]
    const b = rows[(i + 2) % 3]
    return cross(m.subarray(a, a + 3), m.subarray(b, b + 3))
  })
  const determinant = dot(m.subarray(0, 3), columns[0])
  return Float64Array.from({ length: 9 }, (_, k) => columns[k % 3][Math.floor(k / 3)] / determinant)
}

export interface VectorMap {
  /** Unit vector of FK4 to unit vector of ICRS, in place. */
  toIcrs(v: Float64Array): void
  fromIcrs(v: Float64Array): void
}

/** The map between FK4 at an equinox (Besselian years, usually 1950) and ICRS; allocation free. */
export function fk4(equinox = 1950): VectorMap {
  const e = eTerms(equinox)
  const century = (2000 + (julianDate(equinox) - 2451545) / 365.25 - 1950) / 100
  const murray = Float64Array.from(B1950_TO_J2000, (value, i) => value + B1950_TO_J2000_RATE[i] * century)
  const forward = multiply(rotation('FK5', 'ICRS'), murray, newcomb(equinox, 1950))
  // Murray's matrix is a rotation to 1e-9 only.
  const backward = inverse(forward)
  return {
    toIcrs(v) {
      const along = dot(e, v)
      for (let i = 0; i < 3; i++) v[i] += along * v[i] - e[i]
      normalize(rotate(forward, normalize(v), v))
    },
    fromIcrs(v) {
      normalize(rotate(backward, v, v))
      const [x, y, z] = v
      // A contraction by 3e-4 a step: six steps are exact.
      for (let step = 0; step < 6; step++) {
        const scale = 1 / (1 + dot(e, v))
        v[0] = (x + e[0]) * scale
        v[1] = (y + e[1]) * scale
        v[2] = (z + e[2]) * scale
      }
      normalize(v)
    },
  }
}
