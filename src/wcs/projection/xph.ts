// XPH, the "butterfly": HPX with H = 4, K = 3 cut into quadrants and laid out around the north pole, each turned by 45 degrees.
// Calabretta & Lowe 2013, PASA 30, e050. The native pole is the reference point.

import { EDGE, nativeVectorOf, type Projection, ZENITHAL } from './projection.ts'

const { PI, SQRT1_2 } = Math
const QUARTER = PI / 2
const EIGHTH = PI / 4

// Quadrants of native longitude from -pi: x = (a xi + b eta) / sqrt 2, y = (a eta - b xi) / sqrt 2,
// with xi from the middle of the quadrant and eta from the pole.
const A = [-1, 1, 1, -1]
const B = [1, 1, -1, -1]

export const xph = (): Projection => ({
  code: 'XPH',
  ...ZENITHAL,
  project(n, out) {
    const phi = Math.atan2(n[1], n[0])
    const quadrant = Math.min(3, Math.max(0, Math.floor((phi + PI) / QUARTER)))
    const across = phi + PI - quadrant * QUARTER - EIGHTH
    const z = n[2]
    let xi = across
    let eta = ((3 * PI) / 8) * z
    if (Math.abs(z) > 2 / 3) {
      const sigma = Math.sqrt((3 * (n[0] * n[0] + n[1] * n[1])) / (1 + Math.abs(z)))
      xi = across * sigma
      eta = Math.sign(z) * EIGHTH * (2 - sigma)
    }
    eta -= QUARTER
    const a = A[quadrant] * SQRT1_2
    const b = B[quadrant] * SQRT1_2
    out[0] = a * xi + b * eta
    out[1] = a * eta - b * xi
    return true
  },
  deproject(x, y, out) {
    const quadrant = x <= 0 ? (y > 0 ? 0 : x < 0 ? 1 : 2) : y < 0 ? 2 : 3
    const a = A[quadrant] * SQRT1_2
    const b = B[quadrant] * SQRT1_2
    const xi = a * x - b * y
    const eta = b * x + a * y + QUARTER
    const height = Math.abs(eta)
    const middle = quadrant * QUARTER - PI + EIGHTH
    if (height <= EIGHTH) {
      if (!(Math.abs(xi) <= EIGHTH + EDGE)) return false
      const z = (8 * eta) / (3 * PI)
      return nativeVectorOf(middle + xi, Math.sqrt(Math.max(0, 1 - z * z)), z, out)
    }
    const sigma = 2 - height / EIGHTH
    if (!(sigma >= -EDGE && Math.abs(xi) <= EIGHTH * sigma + EDGE)) return false
    const lack = (sigma * sigma) / 3
    const phi = sigma > 0 ? middle + xi / sigma : middle
    return nativeVectorOf(phi, Math.sqrt(Math.max(0, lack * (2 - lack))), Math.sign(eta) * (1 - lack), out)
  },
})
