// ZPN, zenithal polynomial: Paper II section 5.1.8. R = sum of PVi_m zeta^m, zeta = pi/2 - theta in radians, m = 0 to 29.
// Only the part from the centre out to the first turning point of R is a map; beyond it the answer would be ambiguous.

import { WcsError } from '../errors.ts'
import { EDGE, type Projection, type ProjectionFactory, ZENITHAL } from './projection.ts'

export const zpn: ProjectionFactory = (pv): Projection => {
  const c = Float64Array.from({ length: 30 }, (_, m) => pv(m) ?? 0)
  let degree = 29
  while (degree > 0 && c[degree] === 0) degree--
  if (degree === 0) throw new WcsError('invalid', 'ZPN needs a coefficient PVi_m with m > 0, got none')
  const radius = (zeta: number) => {
    let sum = 0
    for (let m = degree; m >= 0; m--) sum = sum * zeta + c[m]
    return sum
  }
  const slope = (zeta: number) => {
    let sum = 0
    for (let m = degree; m > 0; m--) sum = sum * zeta + m * c[m]
    return sum
  }
  if (!(slope(0) > 0)) throw new WcsError('unsupported', `ZPN needs PVi_1 > 0, got ${c[1]}`)
  const zetaMax = firstTurn(slope)
  const radiusMax = radius(zetaMax)
  return {
    code: 'ZPN',
    ...ZENITHAL,
    project(n, out) {
      const cosTheta = Math.sqrt(n[0] * n[0] + n[1] * n[1])
      const zeta = Math.atan2(cosTheta, n[2])
      if (zeta > zetaMax + EDGE) return false
      const r = radius(zeta)
      out[0] = cosTheta > 0 ? (r * n[1]) / cosTheta : 0
      out[1] = cosTheta > 0 ? (-r * n[0]) / cosTheta : -r
      return true
    },
    deproject(x, y, out) {
      const r = Math.sqrt(x * x + y * y)
      if (!(r <= radiusMax + EDGE && r >= c[0] - EDGE)) return false
      // Newton's steps, kept within a bracket that halves where they would leave it.
      let low = 0
      let high = zetaMax
      let zeta = Math.min(zetaMax, Math.max(0, (r - c[0]) / c[1]))
      for (let step = 0; step < 100; step++) {
        const excess = radius(zeta) - r
        if (excess > 0) high = zeta
        else low = zeta
        let next = zeta - excess / slope(zeta)
        if (!(next >= low && next <= high)) next = (low + high) / 2
        const done = Math.abs(next - zeta) <= 1e-16 + 2e-16 * zeta
        zeta = next
        if (done) break
      }
      const k = r > 0 ? Math.sin(zeta) / r : 0
      out[0] = -y * k
      out[1] = x * k
      out[2] = Math.cos(zeta)
      return true
    },
  }
}

/** The first zero of R' up to pi: sought in steps of 0.2 degrees, then halved. */
function firstTurn(slope: (zeta: number) => number): number {
  const step = Math.PI / 900
  for (let i = 1; i <= 900; i++) {
    if (slope(i * step) > 0) continue
    let low = (i - 1) * step
    let high = i * step
    for (let halving = 0; halving < 60; halving++) {
      const middle = (low + high) / 2
      if (slope(middle) > 0) low = middle
      else high = middle
    }
    return low
  }
  return Math.PI
}
