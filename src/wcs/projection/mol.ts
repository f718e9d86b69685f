// MOL, Mollweide: Paper II section 5.3.3. x = (2 sqrt 2 / pi) phi cos gamma, y = sqrt 2 sin gamma,
// with 2 gamma + sin 2 gamma = pi sin theta.

import { CYLINDRICAL, EDGE, nativeVectorOf, type Projection } from './projection.ts'

const { PI, SQRT2 } = Math

/** Solves for gamma in [-pi/2, pi/2]: Newton's steps in a bracket; the slope vanishes at the poles. */
function gammaOf(sinTheta: number, cosTheta: number): number {
  const target = PI * Math.abs(sinTheta)
  let low = 0
  let high = PI / 2
  // Near the pole with e = pi/2 - gamma: pi (1 - sin theta) = 2 e - sin 2e = (4/3) e^3.
  const lack = (cosTheta * cosTheta) / (1 + Math.abs(sinTheta))
  let gamma = PI / 2 - Math.min(PI / 2, Math.cbrt(0.75 * PI * lack))
  for (let step = 0; step < 100; step++) {
    // Measured from the pole, where the sum itself has no digits left.
    const rest = PI / 2 - gamma
    const excess = rest < 0.3 ? PI * lack - (2 * rest - Math.sin(2 * rest)) : 2 * gamma + Math.sin(2 * gamma) - target
    if (excess > 0) high = gamma
    else low = gamma
    const cos = Math.cos(gamma)
    let next = gamma - excess / (4 * cos * cos)
    if (!(next >= low && next <= high)) next = (low + high) / 2
    const done = Math.abs(next - gamma) <= 1e-16
    gamma = next
    if (done) break
  }
  return sinTheta < 0 ? -gamma : gamma
}

export const mol = (): Projection => ({
  code: 'MOL',
  ...CYLINDRICAL,
  project(n, out) {
    const gamma = gammaOf(n[2], Math.sqrt(n[0] * n[0] + n[1] * n[1]))
    out[0] = ((2 * SQRT2) / PI) * Math.atan2(n[1], n[0]) * Math.cos(gamma)
    out[1] = SQRT2 * Math.sin(gamma)
    return true
  },
  deproject(x, y, out) {
    const room = 2 - y * y
    if (!(room >= -EDGE)) return false
    const width = Math.sqrt(Math.max(0, room))
    // Compared as squares: towards the pole the width itself has few digits.
    if (!(x * x <= 4 * room + 1e-14)) return false
    const phi = width > 0 ? Math.max(-PI, Math.min(PI, (PI * x) / (2 * width))) : 0
    const gamma = Math.atan2(y, width)
    const rest = PI / 2 - Math.abs(gamma)
    const lack = rest < 0.3 ? (2 * rest - Math.sin(2 * rest)) / PI : undefined
    const sinTheta = lack === undefined ? (2 * gamma + Math.sin(2 * gamma)) / PI : Math.sign(y) * (1 - lack)
    const cosTheta = Math.sqrt(lack === undefined ? Math.max(0, 1 - sinTheta * sinTheta) : lack * (2 - lack))
    return nativeVectorOf(phi, cosTheta, sinTheta, out)
  },
})
