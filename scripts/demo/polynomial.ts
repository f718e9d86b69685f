// Polynomials in two variables, total degree up to `order`, as SIP writes them: coefficient (p, q) of u^p v^q.

export interface Polynomial {
  readonly order: number
  /** [p, q, coefficient]; terms of coefficient 0 are left out. */
  readonly terms: readonly (readonly [number, number, number])[]
  value(u: number, v: number): number
}

export function polynomial(order: number, coefficients: Record<string, number>): Polynomial {
  const table = new Float64Array((order + 1) * (order + 1))
  const terms: [number, number, number][] = []
  for (const [key, coefficient] of Object.entries(coefficients)) {
    const [p, q] = key.split(',').map(Number)
    table[p * (order + 1) + q] = coefficient
    if (coefficient !== 0) terms.push([p, q, coefficient])
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

interface Box {
  readonly u0: number
  readonly v0: number
  readonly u1: number
  readonly v1: number
}

const INVERSE_ORDER = 5
const POINTS = 24

/** The inverse terms AP, BP of forward terms A, B over a box of pixels, by least squares on a grid of points. */
export function fitInverse(a: Polynomial, b: Polynomial, box: Box): { ap: Polynomial; bp: Polynomial } {
  const powers: [number, number][] = []
  for (let p = 0; p <= INVERSE_ORDER; p++) for (let q = 0; p + q <= INVERSE_ORDER; q++) powers.push([p, q])
  // Coordinates in units of the box's reach keep the normal equations well conditioned.
  const unit = Math.max(Math.abs(box.u0), Math.abs(box.u1), Math.abs(box.v0), Math.abs(box.v1))
  const n = powers.length
  const normal = Array.from({ length: n }, () => new Float64Array(n + 2))
  const row = new Float64Array(n)
  for (let j = 0; j < POINTS; j++) {
    for (let i = 0; i < POINTS; i++) {
      const u = box.u0 + ((box.u1 - box.u0) * i) / (POINTS - 1)
      const v = box.v0 + ((box.v1 - box.v0) * j) / (POINTS - 1)
      const du = a.value(u, v)
      const dv = b.value(u, v)
      for (let k = 0; k < n; k++) row[k] = ((u + du) / unit) ** powers[k][0] * ((v + dv) / unit) ** powers[k][1]
      for (let k = 0; k < n; k++) {
        for (let l = 0; l < n; l++) normal[k][l] += row[k] * row[l]
        normal[k][n] -= row[k] * du
        normal[k][n + 1] -= row[k] * dv
      }
    }
  }
  const solved = eliminate(normal)
  const named = (column: number) =>
    polynomial(
      INVERSE_ORDER,
      Object.fromEntries(powers.map(([p, q], k) => [`${p},${q}`, solved[k][column] / unit ** (p + q)])),
    )
  return { ap: named(0), bp: named(1) }
}

/** Gauss and Jordan with pivots on a matrix of n rows and n + 2 columns; gives the two solutions by row. */
function eliminate(m: Float64Array[]): [number, number][] {
  const n = m.length
  for (let k = 0; k < n; k++) {
    let pivot = k
    for (let r = k + 1; r < n; r++) if (Math.abs(m[r][k]) > Math.abs(m[pivot][k])) pivot = r
    ;[m[k], m[pivot]] = [m[pivot], m[k]]
    for (let r = 0; r < n; r++) {
      if (r === k) continue
      const factor = m[r][k] / m[k][k]
      for (let c = k; c < n + 2; c++) m[r][c] -= factor * m[k][c]
    }
  }
  return m.map((row, k) => [row[n] / row[k], row[n + 1] / row[k]])
}
