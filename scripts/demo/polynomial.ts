// Polynomials in two variables as SIP names their terms: '2_1' is the coefficient of u^2 v.

import type { SipTerms } from '#src/wcs'

export interface Polynomial {
  readonly order: number
  readonly terms: SipTerms
  value(u: number, v: number): number
}

export function polynomial(order: number, terms: SipTerms): Polynomial {
  const table = new Float64Array((order + 1) * (order + 1))
  for (const [name, coefficient] of Object.entries(terms)) {
    const [p, q] = name.split('_').map(Number)
    table[p * (order + 1) + q] = coefficient
  }
  return {
    order,
    terms,
    value(u, v) {
      let sum = 0
      for (let p = order; p >= 0; p--) {
        let inner = 0
        for (let q = order - p; q >= 0; q--) inner = inner * v + table[p * (order + 1) + q]
        sum = sum * u + inner
      }
      return sum
    },
  }
}
