// STG, stereographic: Paper II section 5.1.4. The whole sphere but the antipode of the centre.

import { type Projection, ZENITHAL } from './projection.ts'

export const stg = (): Projection => ({
  code: 'STG',
  ...ZENITHAL,
  project(n, out) {
    const height = 1 + n[2]
    if (!(height > 0)) return false
    const k = 2 / height
    out[0] = k * n[1]
    out[1] = -k * n[0]
    return true
  },
  deproject(x, y, out) {
    const r2 = x * x + y * y
    const k = 4 / (4 + r2)
    out[0] = -y * k
    out[1] = x * k
    out[2] = (4 - r2) / (4 + r2)
    return true
  },
})
