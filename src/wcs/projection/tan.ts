// TAN, gnomonic: Paper II section 5.1.3. Half a sphere; great circles are straight lines.

import { type Projection, ZENITHAL } from './projection.ts'

export const tan = (): Projection => ({
  code: 'TAN',
  ...ZENITHAL,
  project(n, out) {
    if (!(n[2] > 0)) return false
    out[0] = n[1] / n[2]
    out[1] = -n[0] / n[2]
    return true
  },
  deproject(x, y, out) {
    const scale = 1 / Math.sqrt(1 + x * x + y * y)
    out[0] = -y * scale
    out[1] = x * scale
    out[2] = scale
    return true
  },
})
