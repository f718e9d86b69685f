// ZEA, zenithal equal area: Paper II section 5.1.7. R = 2 sin((pi/2 - theta) / 2).

import { EDGE, type Projection, ZENITHAL } from './projection.ts'

export const zea = (): Projection => ({
  code: 'ZEA',
  ...ZENITHAL,
  project(n, out) {
    const height = 1 + n[2]
    if (height < 1e-30) {
      // The antipode of the centre is the whole rim; its direction is arbitrary.
      out[0] = 0
      out[1] = -2
      return true
    }
    const k = Math.sqrt(2 / height)
    out[0] = k * n[1]
    out[1] = -k * n[0]
    return true
  },
  deproject(x, y, out) {
    const quarter = (x * x + y * y) / 4
    if (!(quarter <= 1 + EDGE)) return false
    const k = Math.sqrt(Math.max(0, 1 - quarter))
    out[0] = -y * k
    out[1] = x * k
    out[2] = 1 - 2 * quarter
    return true
  },
})
