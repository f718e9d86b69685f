// ARC, zenithal equidistant: Paper II section 5.1.6. R = pi/2 - theta.

import { EDGE, type Projection, ZENITHAL } from './projection.ts'

export const arc = (): Projection => ({
  code: 'ARC',
  ...ZENITHAL,
  project(n, out) {
    const cosTheta = Math.sqrt(n[0] * n[0] + n[1] * n[1])
    const k = cosTheta > 0 ? Math.atan2(cosTheta, n[2]) / cosTheta : 1
    if (cosTheta === 0 && n[2] < 0) {
      out[0] = 0
      out[1] = -Math.PI
      return true
    }
    out[0] = k * n[1]
    out[1] = -k * n[0]
    return true
  },
  deproject(x, y, out) {
    const r = Math.sqrt(x * x + y * y)
    if (!(r <= Math.PI + EDGE)) return false
    const k = r > 0 ? Math.sin(r) / r : 1
    out[0] = -y * k
    out[1] = x * k
    out[2] = Math.cos(r)
    return true
  },
})
