// The plate solution of the Digitized Sky Survey: cubic (and two quintic) terms of plate millimetres, as its headers
// carry them (AMDXn, AMDYn, PPOn, XPIXELSZ, CNPIXn, PLTRA*, PLTDEC*). Its TAN keywords are only a local fit to it,
// some tenths of an arcsecond off; like wcslib we prefer the plate.

import type { Keywords } from '../keywords.ts'
import type { Distortion } from './distortion.ts'
import { addWithSlopes, evaluate, invertMap, polynomial } from './polynomial.ts'

export interface PlateSolution {
  /** Centre of the plate, degrees. */
  readonly crval: readonly [number, number]
  /** 0-based pixel of the plate's centre. */
  readonly origin: readonly [number, number]
  /** Degrees per pixel at the centre. */
  readonly cd: readonly [number, number, number, number]
  /** From linear degrees to degrees of the tangent plane. */
  readonly distortion: Distortion
}

/** Terms 1 to 13 of the first axis as powers of (x, y); the second axis has x and y exchanged. */
const POWERS: readonly (readonly (readonly [number, number, number])[])[] = [
  [[1, 0, 1]],
  [[0, 1, 1]],
  [[0, 0, 1]],
  [[2, 0, 1]],
  [[1, 1, 1]],
  [[0, 2, 1]],
  // x^2 + y^2
  [
    [2, 0, 1],
    [0, 2, 1],
  ],
  [[3, 0, 1]],
  [[2, 1, 1]],
  [[1, 2, 1]],
  [[0, 3, 1]],
  // x (x^2 + y^2), x (x^2 + y^2)^2
  [
    [3, 0, 1],
    [1, 2, 1],
  ],
  [
    [5, 0, 1],
    [3, 2, 2],
    [1, 4, 1],
  ],
]
const DEGREE = 5
const ARCSEC_IN_DEG = 1 / 3600

function axisPolynomial(coefficients: readonly number[], swapped: boolean) {
  return polynomial(DEGREE, (i, j) => {
    let sum = 0
    POWERS.forEach((powers, m) => {
      for (const [px, py, factor] of powers) {
        if (swapped ? px === j && py === i : px === i && py === j) sum += factor * coefficients[m]
      }
    })
    return sum * ARCSEC_IN_DEG
  })
}

/** Undefined where the header is no complete plate solution. */
export function readPlate(keys: Keywords): PlateSolution | undefined {
  if (!keys.has('AMDX1') || !keys.has('AMDY1')) return undefined
  const names = ['PPO3', 'PPO6', 'XPIXELSZ', 'YPIXELSZ', 'CNPIX1', 'CNPIX2', 'PLTRAH', 'PLTRAM', 'PLTRAS']
  const numbers = [...names, 'PLTDECD', 'PLTDECM', 'PLTDECS'].map((name) => keys.number(name))
  if (!numbers.every((value) => value !== undefined)) return undefined
  const [ppo3, ppo6, xSize, ySize, cnpix1, cnpix2, raH, raM, raS, decD, decM, decS] = numbers
  if (!(xSize > 0 && ySize > 0)) return undefined
  const terms = (axis: string) => POWERS.map((_, m) => keys.number(`${axis}${m + 1}`) ?? 0)
  const amdx = terms('AMDX')
  const amdy = terms('AMDY')
  // Millimetres per pixel; x on the plate runs against the pixels.
  const sx = (-xSize / 1000) * amdx[0] * ARCSEC_IN_DEG
  const sy = (ySize / 1000) * amdy[0] * ARCSEC_IN_DEG
  if (!(Math.abs(sx * sy) > 0)) return undefined
  const sign = keys.string('PLTDECSN') === '-' ? -1 : 1
  return {
    crval: [15 * (raH + raM / 60 + raS / 3600), sign * (decD + decM / 60 + decS / 3600)],
    origin: [ppo3 / xSize - cnpix1 - 0.5, ppo6 / ySize - cnpix2 - 0.5],
    cd: [sx, 0, 0, sy],
    distortion: plateDistortion(amdx, amdy),
  }
}

/** The plate's polynomials, of coordinates scaled to degrees by their first coefficients. */
function plateDistortion(amdx: readonly number[], amdy: readonly number[]): Distortion {
  const scaleX = 1 / (amdx[0] * ARCSEC_IN_DEG)
  const scaleY = 1 / (amdy[0] * ARCSEC_IN_DEG)
  const scaled = (p: ReturnType<typeof polynomial>) => {
    let k = 0
    return polynomial(DEGREE, (i, j) => p.coefficients[k++] * scaleX ** i * scaleY ** j)
  }
  const first = scaled(axisPolynomial(amdx, false))
  const second = scaled(axisPolynomial(amdy, true))
  const map = (x: number, y: number, out: Float64Array) => {
    out.fill(0)
    addWithSlopes(first, x, y, out, 0)
    addWithSlopes(second, x, y, out, 3)
  }
  const origin = new Float64Array(6)
  map(0, 0, origin)
  const determinant = origin[1] * origin[5] - origin[2] * origin[4]
  return {
    kind: 'DSS',
    determinant,
    apply(x, y, out) {
      out[0] = evaluate(first, x, y)
      out[1] = evaluate(second, x, y)
    },
    invert(x, y, out) {
      out[0] = x
      out[1] = y
      return invertMap(map, x, y, Math.sign(determinant), 1e-10, out)
    },
  }
}
