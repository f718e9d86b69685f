// Polynomials in two variables up to a total degree, and the inverse of a plane map by Newton's method.
// Coefficients lie in a triangle: for each power i of x the powers 0 .. degree - i of y.

export interface Polynomial {
  readonly degree: number
  readonly coefficients: Float64Array
}

export function triangleSize(degree: number): number {
  return ((degree + 1) * (degree + 2)) / 2
}

/** Place of the coefficient of x^i y^j. */
export function triangleIndex(degree: number, i: number, j: number): number {
  return i * (degree + 1) - (i * (i - 1)) / 2 + j
}

export function polynomial(degree: number, coefficient: (i: number, j: number) => number): Polynomial {
  const coefficients = new Float64Array(triangleSize(degree))
  for (let i = 0; i <= degree; i++) {
    for (let j = 0; j <= degree - i; j++) coefficients[triangleIndex(degree, i, j)] = coefficient(i, j)
  }
  return { degree, coefficients }
}

export function evaluate({ degree, coefficients }: Polynomial, x: number, y: number): number {
  let k = coefficients.length
  let value = 0
  for (let i = degree; i >= 0; i--) {
    let row = 0
    for (let j = degree - i; j >= 0; j--) row = row * y + coefficients[--k]
    value = value * x + row
  }
  return value
}

/** Adds value, d/dx and d/dy to out[at], out[at + 1], out[at + 2]. */
export function addWithSlopes(
  { degree, coefficients }: Polynomial,
  x: number,
  y: number,
  out: Float64Array,
  at: number,
): void {
  let k = coefficients.length
  let value = 0
  let dx = 0
  let dy = 0
  for (let i = degree; i >= 0; i--) {
    let row = 0
    let rowDy = 0
    for (let j = degree - i; j >= 0; j--) {
      rowDy = rowDy * y + row
      row = row * y + coefficients[--k]
    }
    dx = dx * x + value
    value = value * x + row
    dy = dy * x + rowDy
  }
  out[at] += value
  out[at + 1] += dx
  out[at + 2] += dy
}

/** Writes f, df/dx, df/dy, g, dg/dx, dg/dy to out[0 .. 5]. */
export type PlaneMap = (x: number, y: number, out: Float64Array) => void

const jet = new Float64Array(6)
const MAX_STEPS = 40

/**
 * Finds (x, y) with map(x, y) = (f, g) by damped Newton steps from the start that `out` holds on entry.
 * False where none is found, or where it lies beyond a fold of the map (the sign of the determinant has changed).
 * Converges quadratically: a step below `tolerance` (in units of x) leaves an error of rounding only.
 */
export function invertMap(
  map: PlaneMap,
  f: number,
  g: number,
  sign: number,
  tolerance: number,
  out: Float64Array,
): boolean {
  let x = out[0]
  let y = out[1]
  map(x, y, jet)
  let df = f - jet[0]
  let dg = g - jet[3]
  let misfit = df * df + dg * dg
  for (let step = 0; step < MAX_STEPS; step++) {
    const determinant = jet[1] * jet[5] - jet[2] * jet[4]
    const dx = (df * jet[5] - dg * jet[2]) / determinant
    const dy = (dg * jet[1] - df * jet[4]) / determinant
    const length = Math.abs(dx) + Math.abs(dy)
    if (!(length < Number.POSITIVE_INFINITY)) return false
    if (length <= tolerance * (1 + 1e-3 * (Math.abs(x) + Math.abs(y)))) {
      if (!(determinant * sign > 0)) return false
      out[0] = x + dx
      out[1] = y + dy
      return true
    }
    let part = 1
    let next = Number.POSITIVE_INFINITY
    while (part > 1e-4) {
      map(x + part * dx, y + part * dy, jet)
      df = f - jet[0]
      dg = g - jet[3]
      next = df * df + dg * dg
      if (next < misfit) break
      part /= 2
    }
    // No smaller misfit: either rounding is reached (then the last step was tiny), or a fold.
    if (!(next < misfit)) {
      if (length > 1e3 * tolerance * (1 + Math.abs(x) + Math.abs(y)) || !(determinant * sign > 0)) return false
      out[0] = x
      out[1] = y
      return true
    }
    x += part * dx
    y += part * dy
    misfit = next
  }
  return false
}
