// SFL, Sanson-Flamsteed: Paper II section 5.3.1. x = phi cos theta, y = theta.

import { CYLINDRICAL, EDGE, nativeTheta, nativeVectorOf, type Projection } from './projection.ts'

export const sfl = (): Projection => ({
  code: 'SFL',
  ...CYLINDRICAL,
  project(n, out) {
    out[0] = Math.atan2(n[1], n[0]) * Math.sqrt(n[0] * n[0] + n[1] * n[1])
    out[1] = nativeTheta(n)
    return true
  },
  deproject(x, y, out) {
    if (!(Math.abs(y) <= Math.PI / 2 + EDGE)) return false
    const cosTheta = Math.max(0, Math.cos(y))
    if (!(Math.abs(x) <= Math.PI * cosTheta + EDGE)) return false
    return nativeVectorOf(cosTheta > 0 ? x / cosTheta : 0, cosTheta, Math.sin(y), out)
  },
})
