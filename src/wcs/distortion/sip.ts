// SIP, Simple Imaging Polynomial: Shupe et al. 2005, ASP Conf. Ser. 347, 491.
// u, v are pixels from CRPIX; u + f(u, v) and v + g(u, v) go on to the linear part. The inverse polynomials AP, BP
// are only approximations made by the writer: here they give Newton's method its start.

import type { Distortion } from './distortion.ts'
import { addWithSlopes, evaluate, invertMap, type Polynomial } from './polynomial.ts'

export interface SipPolynomials {
  readonly a: Polynomial
  readonly b: Polynomial
  readonly ap?: Polynomial
  readonly bp?: Polynomial
}

/** Pixels: Newton's last step, after which only rounding is left. */
const TOLERANCE = 1e-7

export function sip({ a, b, ap, bp }: SipPolynomials): Distortion {
  const map = (u: number, v: number, out: Float64Array) => {
    out[0] = u
    out[1] = 1
    out[2] = 0
    out[3] = v
    out[4] = 0
    out[5] = 1
    addWithSlopes(a, u, v, out, 0)
    addWithSlopes(b, u, v, out, 3)
  }
  const origin = new Float64Array(6)
  map(0, 0, origin)
  const determinant = origin[1] * origin[5] - origin[2] * origin[4]
  const sign = Math.sign(determinant)
  return {
    kind: 'SIP',
    determinant,
    apply(u, v, out) {
      out[0] = u + evaluate(a, u, v)
      out[1] = v + evaluate(b, u, v)
    },
    invert(u, v, out) {
      out[0] = u
      out[1] = v
      if (ap && bp) {
        out[0] += evaluate(ap, u, v)
        out[1] += evaluate(bp, u, v)
        if (invertMap(map, u, v, sign, TOLERANCE, out)) return true
        out[0] = u
        out[1] = v
      }
      return invertMap(map, u, v, sign, TOLERANCE, out)
    },
  }
}
