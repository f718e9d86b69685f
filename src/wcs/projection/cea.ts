// CEA, cylindrical equal area: Paper II section 5.2.2. x = phi, y = sin theta / lambda, lambda = PVi_1 in (0, 1].

import { WcsError } from '../errors.ts'
import { CYLINDRICAL, EDGE, nativeVectorOf, type Projection, type ProjectionFactory } from './projection.ts'

export const cea: ProjectionFactory = (pv): Projection => {
  const lambda = pv(1) ?? 1
  if (!(lambda > 0 && lambda <= 1)) throw new WcsError('invalid', `CEA needs 0 < PVi_1 <= 1, got ${lambda}`)
  return {
    code: 'CEA',
    ...CYLINDRICAL,
    project(n, out) {
      out[0] = Math.atan2(n[1], n[0])
      out[1] = n[2] / lambda
      return true
    },
    deproject(x, y, out) {
      const sinTheta = y * lambda
      if (!(Math.abs(x) <= Math.PI + EDGE && Math.abs(sinTheta) <= 1 + EDGE)) return false
      return nativeVectorOf(x, Math.sqrt(Math.max(0, 1 - sinTheta * sinTheta)), sinTheta, out)
    },
  }
}
