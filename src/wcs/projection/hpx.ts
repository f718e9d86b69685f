// HPX, HEALPix as a projection with H = PVi_1 facets in longitude and K = PVi_2 in latitude (4 and 3):
// Calabretta & Roukema 2007, MNRAS 381, 865, section 5. Cylindrical equal area between the transition latitudes,
// interrupted (Collignon) towards the poles.

import { WcsError } from '../errors.ts'
import { CYLINDRICAL, EDGE, nativeVectorOf, type Projection, type ProjectionFactory } from './projection.ts'

const { PI } = Math

export const hpx: ProjectionFactory = (pv): Projection => {
  const h = pv(1) ?? 4
  const k = pv(2) ?? 3
  if (!(Number.isInteger(h) && Number.isInteger(k) && h > 0 && k > 0))
    throw new WcsError('invalid', `HPX needs positive integers PVi_1 and PVi_2, got ${h} and ${k}`)
  const odd = k % 2 === 1
  const transition = (PI / 2) * ((k - 1) / h)
  const zTransition = (k - 1) / k

  /** Centre of the polar facet that a longitude (or x) falls in. */
  const facet = (phi: number, north: boolean) => {
    const omega = odd || north ? 1 : 0
    return -PI + (2 * Math.floor(((phi + PI) * h) / (2 * PI) + (1 - omega) / 2) + omega) * (PI / h)
  }
  return {
    code: 'HPX',
    ...CYLINDRICAL,
    project(n, out) {
      const phi = Math.atan2(n[1], n[0])
      const z = n[2]
      if (Math.abs(z) <= zTransition) {
        out[0] = phi
        out[1] = (PI / 2) * (k / h) * z
        return true
      }
      // 1 - |sin theta| without cancellation.
      const lack = (n[0] * n[0] + n[1] * n[1]) / (1 + Math.abs(z))
      const sigma = Math.sqrt(k * lack)
      const centre = facet(phi, z > 0)
      out[0] = centre + (phi - centre) * sigma
      out[1] = Math.sign(z) * (PI / h) * ((k + 1) / 2 - sigma)
      return true
    },
    deproject(x, y, out) {
      const height = Math.abs(y)
      if (height <= transition) {
        if (!(Math.abs(x) <= PI + EDGE)) return false
        const z = (y * 2 * h) / (PI * k)
        return nativeVectorOf(x, Math.sqrt(Math.max(0, 1 - z * z)), z, out)
      }
      const sigma = (k + 1) / 2 - (height * h) / PI
      if (!(sigma >= -EDGE)) return false
      const centre = facet(x, y > 0)
      const across = x - centre
      // Between the facets there is no sky.
      if (!(Math.abs(across) <= (PI / h) * sigma + EDGE)) return false
      const phi = sigma > 0 ? centre + across / sigma : centre
      if (!(Math.abs(phi) <= PI + EDGE)) return false
      const lack = (sigma * sigma) / k
      return nativeVectorOf(phi, Math.sqrt(Math.max(0, lack * (2 - lack))), Math.sign(y) * (1 - lack), out)
    },
  }
}
