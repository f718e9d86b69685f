// The rotation between native and celestial sphere, from the reference point and the poles:
// Paper II section 2.4 (equations 8 to 10) and its matrix, equation 7. Radians.

import type { Matrix } from '#src/sky'
import { WcsError } from './errors.ts'

export interface Orientation {
  /** Native coordinates of the reference point. */
  readonly phi0: number
  readonly theta0: number
  /** CRVALi: its celestial coordinates. */
  readonly lon0: number
  readonly lat0: number
  /** LONPOLE, native longitude of the celestial pole; default as the standard gives it. */
  readonly phiPole?: number
  /** LATPOLE: which of two solutions, where there are two. Default pi/2. */
  readonly thetaPole?: number
}

const HALF_PI = Math.PI / 2
const TOLERANCE = 1e-10

/** Row-major matrix that takes native unit vectors to celestial ones. */
export function celestialMatrix(orientation: Orientation): Matrix {
  const { phi0, theta0, lon0, lat0 } = orientation
  const phiPole = orientation.phiPole ?? phi0 + (lat0 < theta0 ? Math.PI : 0)
  if (Math.abs(lat0) > HALF_PI + TOLERANCE)
    throw new WcsError('invalid', `the reference latitude must lie within the poles, got ${(lat0 / HALF_PI) * 90} deg`)
  let lonPole = lon0
  let latPole = lat0
  if (theta0 !== HALF_PI) {
    latPole = poleLatitude(orientation, phiPole)
    lonPole = poleLongitude(orientation, phiPole, latPole)
  }
  const sinA = Math.sin(lonPole)
  const cosA = Math.cos(lonPole)
  const sinD = Math.sin(latPole)
  const cosD = Math.cos(latPole)
  const sinP = Math.sin(phiPole)
  const cosP = Math.cos(phiPole)
  return Float64Array.of(
    -sinA * sinP - cosA * cosP * sinD,
    sinA * cosP - cosA * sinP * sinD,
    cosA * cosD,
    cosA * sinP - sinA * cosP * sinD,
    -cosA * cosP - sinA * sinP * sinD,
    sinA * cosD,
    cosP * cosD,
    sinP * cosD,
    sinD,
  )
}

function poleLatitude({ phi0, theta0, lat0, thetaPole = HALF_PI }: Orientation, phiPole: number): number {
  const x = Math.cos(theta0) * Math.cos(phiPole - phi0)
  const y = Math.sin(theta0)
  const z = Math.sqrt(x * x + y * y)
  const sinLat0 = Math.sin(lat0)
  if (z < TOLERANCE) {
    // The pole may be anywhere on a great circle: LATPOLE alone decides.
    if (Math.abs(sinLat0) > TOLERANCE)
      throw new WcsError('invalid', 'LONPOLE, LATPOLE and the reference point contradict each other')
    return Math.max(-HALF_PI, Math.min(HALF_PI, thetaPole))
  }
  let ratio = sinLat0 / z
  if (Math.abs(ratio) > 1) {
    if (Math.abs(ratio) > 1 + TOLERANCE)
      throw new WcsError('invalid', 'no position of the pole fits LONPOLE and the reference point')
    ratio = Math.sign(ratio)
  }
  const middle = Math.atan2(y, x)
  const spread = Math.acos(ratio)
  const solutions = [middle + spread, middle - spread]
    .map((lat) => (lat > Math.PI ? lat - 2 * Math.PI : lat < -Math.PI ? lat + 2 * Math.PI : lat))
    .filter((lat) => Math.abs(lat) <= HALF_PI + TOLERANCE)
  if (solutions.length === 0)
    throw new WcsError('invalid', 'no position of the pole fits LONPOLE and the reference point')
  const [first, second = first] = solutions
  const lat = Math.abs(thetaPole - first) < Math.abs(thetaPole - second) ? first : second
  return Math.max(-HALF_PI, Math.min(HALF_PI, lat))
}

function poleLongitude({ phi0, theta0, lon0, lat0 }: Orientation, phiPole: number, latPole: number): number {
  const cosLat0 = Math.cos(lat0)
  const z = Math.cos(latPole) * cosLat0
  if (Math.abs(z) < TOLERANCE) {
    if (Math.abs(cosLat0) < TOLERANCE) return lon0
    return latPole > 0 ? lon0 + phiPole - phi0 - Math.PI : lon0 - phiPole + phi0
  }
  const y = (Math.sin(phiPole - phi0) * Math.cos(theta0)) / cosLat0
  const x = (Math.sin(theta0) - Math.sin(latPole) * Math.sin(lat0)) / z
  return lon0 - Math.atan2(y, x)
}
