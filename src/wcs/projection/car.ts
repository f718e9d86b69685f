// CAR, plate carree: Paper II section 5.2.3. x = phi, y = theta.

import { CYLINDRICAL, EDGE, nativeTheta, nativeVector, type Projection } from './projection.ts'

export const car = (): Projection => ({
  code: 'CAR',
  ...CYLINDRICAL,
  project(n, out) {
    out[0] = Math.atan2(n[1], n[0])
    out[1] = nativeTheta(n)
    return true
  },
  deproject(x, y, out) {
    if (!(Math.abs(x) <= Math.PI + EDGE && Math.abs(y) <= Math.PI / 2 + EDGE)) return false
    return nativeVector(x, y, out)
  },
})
