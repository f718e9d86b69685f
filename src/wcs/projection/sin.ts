// SIN, orthographic, with the slant of interferometers (PVi_1 = xi, PVi_2 = eta): Paper II section 5.1.5.
// With s = 1 - sin theta: x = n_y + xi s, y = -n_x + eta s; the inverse is a quadratic in s, its smaller root the near side.

import { EDGE, type Projection, type ProjectionFactory, ZENITHAL } from './projection.ts'

export const sin: ProjectionFactory = (pv): Projection => {
  const xi = pv(1) ?? 0
  const eta = pv(2) ?? 0
  const a = 1 + xi * xi + eta * eta
  return {
    code: 'SIN',
    ...ZENITHAL,
    project(n, out) {
      const s = 1 - n[2]
      const x = n[1] + xi * s
      const y = -n[0] + eta * s
      // Beyond the limb the root would be the larger one.
      if (a * s > 1 + xi * x + eta * y + EDGE) return false
      out[0] = x
      out[1] = y
      return true
    },
    deproject(x, y, out) {
      const b = 1 + xi * x + eta * y
      const c = x * x + y * y
      let discriminant = b * b - a * c
      if (!(discriminant >= -EDGE)) return false
      if (discriminant < 0) discriminant = 0
      const denominator = b + Math.sqrt(discriminant)
      if (!(denominator > 0)) return false
      const s = c / denominator
      if (s > 2) return false
      out[0] = eta * s - y
      out[1] = x - xi * s
      out[2] = 1 - s
      return true
    },
  }
}
