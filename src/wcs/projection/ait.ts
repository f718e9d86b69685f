// AIT, Hammer-Aitoff: Paper II section 5.3.4. An ellipse with half axes 2 sqrt 2 and sqrt 2.

import { CYLINDRICAL, EDGE, nativeVectorOf, type Projection } from './projection.ts'

export const ait = (): Projection => ({
  code: 'AIT',
  ...CYLINDRICAL,
  project(n, out) {
    const half = Math.atan2(n[1], n[0]) / 2
    const cosTheta = Math.sqrt(n[0] * n[0] + n[1] * n[1])
    const gamma = Math.sqrt(2 / (1 + cosTheta * Math.cos(half)))
    out[0] = 2 * gamma * cosTheta * Math.sin(half)
    out[1] = gamma * n[2]
    return true
  },
  deproject(x, y, out) {
    const z2 = 1 - (x * x) / 16 - (y * y) / 4
    if (!(z2 >= 0.5 - EDGE)) return false
    const z = Math.sqrt(z2)
    const sinTheta = y * z
    if (Math.abs(sinTheta) > 1 + EDGE) return false
    const phi = 2 * Math.atan2((z * x) / 2, Math.max(0, 2 * z2 - 1))
    return nativeVectorOf(phi, Math.sqrt(Math.max(0, 1 - sinTheta * sinTheta)), sinTheta, out)
  },
})
