// Least squares for polynomials of two variables, and with it the inverse of a SIP distortion (AP, BP) as files carry it.
// Householder reflections on scaled coordinates: the normal equations would lose half the digits at high order.

import { evaluate, type Polynomial, polynomial, triangleIndex, triangleSize } from './distortion/polynomial.ts'
import { WcsError } from './errors.ts'

/** Solves min |A x - b| for several right-hand sides; A is row-major, rows x columns, and is overwritten as b is. */
export function leastSquares(
  a: Float64Array,
  rows: number,
  columns: number,
  sides: readonly Float64Array[],
): Float64Array[] {
  if (rows < columns) throw new WcsError('invalid', `${columns} unknowns need as many equations, got ${rows}`)
  for (let k = 0; k < columns; k++) {
    let norm = 0
    for (let i = k; i < rows; i++) norm += a[i * columns + k] ** 2
    norm = Math.sqrt(norm)
    if (!(norm > 0)) throw new WcsError('singular', 'the points do not determine the polynomial')
    const alpha = a[k * columns + k] > 0 ? -norm : norm
    const v = new Float64Array(rows - k)
    for (let i = k; i < rows; i++) v[i - k] = a[i * columns + k]
    v[0] -= alpha
    const vv = v.reduce((sum, value) => sum + value * value, 0)
    if (vv > 0) {
      for (let j = k; j < columns; j++) {
        let s = 0
        for (let i = k; i < rows; i++) s += v[i - k] * a[i * columns + j]
        s *= 2 / vv
        for (let i = k; i < rows; i++) a[i * columns + j] -= s * v[i - k]
      }
      for (const b of sides) {
        let s = 0
        for (let i = k; i < rows; i++) s += v[i - k] * b[i]
        s *= 2 / vv
        for (let i = k; i < rows; i++) b[i] -= s * v[i - k]
      }
    }
  }
  return sides.map((b) => {
    const x = new Float64Array(columns)
    for (let k = columns - 1; k >= 0; k--) {
      let s = b[k]
      for (let j = k + 1; j < columns; j++) s -= a[k * columns + j] * x[j]
      x[k] = s / a[k * columns + k]
    }
    return x
  })
}

/** Polynomials of the points (x, y) that come closest to each list of values. */
export function fitPolynomials(
  degree: number,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  values: readonly ArrayLike<number>[],
): Polynomial[] {
  const rows = x.length
  const columns = triangleSize(degree)
  let scale = 0
  for (let i = 0; i < rows; i++) scale = Math.max(scale, Math.abs(x[i]), Math.abs(y[i]))
  if (!(scale > 0)) scale = 1
  const a = new Float64Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i <= degree; i++) {
      for (let j = 0; j <= degree - i; j++)
        a[row * columns + triangleIndex(degree, i, j)] = (x[row] / scale) ** i * (y[row] / scale) ** j
    }
  }
  const solved = leastSquares(
    a,
    rows,
    columns,
    values.map((list) => Float64Array.from(list)),
  )
  return solved.map((c) => polynomial(degree, (i, j) => c[triangleIndex(degree, i, j)] / scale ** (i + j)))
}

export interface SipInverse {
  readonly ap: Polynomial
  readonly bp: Polynomial
  /** Pixels: the largest miss of AP, BP on a grid over the image. */
  readonly residualPx: number
}

/**
 * AP and BP of an image of width x height pixels whose reference pixel is at the 0-based (x0, y0).
 * They are fitted on a grid that reaches 2 % beyond the borders, where polynomials run away first.
 */
export function fitSipInverse(
  { a, b }: { readonly a: Polynomial; readonly b: Polynomial },
  image: { readonly x0: number; readonly y0: number; readonly width: number; readonly height: number },
  order: number,
): SipInverse {
  const samples = (count: number, margin: number) => {
    const points: [number, number][] = []
    for (let j = 0; j < count; j++) {
      for (let i = 0; i < count; i++) {
        // Denser at the borders, as Chebyshev's nodes are: the largest miss gets smaller.
        const [s, t] = [i, j].map((k) => (1 + margin) * -Math.cos((Math.PI * (k + 0.5)) / count))
        points.push([((s + 1) / 2) * image.width - 0.5 - image.x0, ((t + 1) / 2) * image.height - 0.5 - image.y0])
      }
    }
    return points
  }
  const points = samples(2 * order + 8, 0.02)
  const shifts = points.map(([u, v]) => [evaluate(a, u, v), evaluate(b, u, v)])
  const bigU = points.map(([u], i) => u + shifts[i][0])
  const bigV = points.map(([, v], i) => v + shifts[i][1])
  const [ap, bp] = fitPolynomials(order, bigU, bigV, [shifts.map(([f]) => -f), shifts.map(([, g]) => -g)])
  let residualPx = 0
  for (const [u, v] of samples(2 * order + 11, 0)) {
    const f = evaluate(a, u, v)
    const g = evaluate(b, u, v)
    const miss = Math.hypot(f + evaluate(ap, u + f, v + g), g + evaluate(bp, u + f, v + g))
    residualPx = Math.max(residualPx, miss)
  }
  return { ap, bp, residualPx }
}
