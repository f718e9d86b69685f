// TPV: TAN with polynomial distortion of the intermediate world coordinates xi, eta in degrees, the convention
// registered with the IAU FITS Working Group. PVi_m, m = 0 to 39; terms 3, 11, 23 and 39 are odd powers of the radius.
// PVi_1 is 1 where it is absent, every other coefficient 0. On the latitude axis xi and eta change places.
// The convention writes the linear part as CDi_j. Beside PCi_j and CDELTi the polynomial acts before CDELTi does, as
// sequent distortions do in FITS's draft Paper IV, and in wcslib (seen with 7.12).

import type { Distortion } from './distortion.ts'
import { addWithSlopes, evaluate, invertMap, type Polynomial, polynomial } from './polynomial.ts'

/** m -> power of the radius. */
const RADIAL: readonly (readonly [number, number])[] = [
  [3, 1],
  [11, 3],
  [23, 5],
  [39, 7],
]
export const MAX_TERM = 39

/** First m of each total degree: the powers run x^d, x^(d-1) y, ... y^d from there. */
const DEGREE_START = [0, 1, 4, 7, 12, 17, 24, 31]

export interface TpvAxis {
  readonly polynomial: Polynomial
  /** Coefficients of r, r^3, r^5, r^7. */
  readonly radial: readonly number[]
}

/** Coefficients by m; `swapped` on the latitude axis. */
export function tpvAxis(pv: (m: number) => number | undefined, swapped: boolean): TpvAxis {
  const value = (m: number) => pv(m) ?? (m === 1 ? 1 : 0)
  const term = (i: number, j: number) => value(DEGREE_START[i + j] + j)
  let degree = 7
  const zero = (d: number) => Array.from({ length: d + 1 }, (_, j) => term(d - j, j)).every((c) => c === 0)
  while (degree > 0 && zero(degree)) degree--
  return {
    polynomial: polynomial(degree, swapped ? (i, j) => term(j, i) : term),
    radial: RADIAL.map(([m]) => value(m)),
  }
}

/** Degrees: Newton's last step. */
const TOLERANCE = 1e-10

export function tpv(lon: TpvAxis, lat: TpvAxis, cdelt: readonly [number, number] = [1, 1]): Distortion {
  const [sx, sy] = cdelt
  const hasRadial = [...lon.radial, ...lat.radial].some((c) => c !== 0)
  const addRadial = ({ radial }: TpvAxis, x: number, y: number, out: Float64Array, at: number) => {
    const r = Math.sqrt(x * x + y * y)
    if (r === 0) return
    const r2 = r * r
    const odd = radial[0] + r2 * (radial[1] + r2 * (radial[2] + r2 * radial[3]))
    const slope = (radial[0] + r2 * (3 * radial[1] + r2 * (5 * radial[2] + r2 * 7 * radial[3]))) / r
    out[at] += odd * r
    out[at + 1] += slope * x
    out[at + 2] += slope * y
  }
  const map = (x: number, y: number, out: Float64Array) => {
    out.fill(0)
    addWithSlopes(lon.polynomial, x, y, out, 0)
    addWithSlopes(lat.polynomial, x, y, out, 3)
    if (hasRadial) {
      addRadial(lon, x, y, out, 0)
      addRadial(lat, x, y, out, 3)
    }
  }
  const radialValue = ({ radial }: TpvAxis, r: number) => {
    const r2 = r * r
    return r * (radial[0] + r2 * (radial[1] + r2 * (radial[2] + r2 * radial[3])))
  }
  const origin = new Float64Array(6)
  map(0, 0, origin)
  const determinant = origin[1] * origin[5] - origin[2] * origin[4]
  const sign = Math.sign(determinant)
  return {
    kind: 'TPV',
    determinant,
    apply(xi, eta, out) {
      const x = xi / sx
      const y = eta / sy
      let first = evaluate(lon.polynomial, x, y)
      let second = evaluate(lat.polynomial, x, y)
      if (hasRadial) {
        const r = Math.sqrt(x * x + y * y)
        first += radialValue(lon, r)
        second += radialValue(lat, r)
      }
      out[0] = first * sx
      out[1] = second * sy
    },
    invert(xi, eta, out) {
      const x = xi / sx
      const y = eta / sy
      // Undo the linear terms for a start: PVi_1 and PVi_2 may hold a rotation and a scale.
      const dx = x - origin[0]
      const dy = y - origin[3]
      out[0] = (dx * origin[5] - dy * origin[2]) / determinant
      out[1] = (dy * origin[1] - dx * origin[4]) / determinant
      if (!invertMap(map, x, y, sign, TOLERANCE, out)) return false
      out[0] *= sx
      out[1] *= sy
      return true
    },
  }
}
