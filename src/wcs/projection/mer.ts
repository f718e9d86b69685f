// MER, Mercator: Paper II section 5.2.4. x = phi, y = ln tan((pi/2 + theta) / 2).

import { CYLINDRICAL, EDGE, nativeVectorOf, type Projection } from './projection.ts'

export const mer = (): Projection => ({
  code: 'MER',
  ...CYLINDRICAL,
  project(n, out) {
    const cosTheta = Math.sqrt(n[0] * n[0] + n[1] * n[1])
    if (cosTheta === 0) return false
    out[0] = Math.atan2(n[1], n[0])
    out[1] = Math.asinh(n[2] / cosTheta)
    return true
  },
  deproject(x, y, out) {
    if (!(Math.abs(x) <= Math.PI + EDGE)) return false
    return nativeVectorOf(x, 1 / Math.cosh(y), Math.tanh(y), out)
  },
})
