// 3x3 rotation matrices, row-major in a Float64Array(9). Angles in radians.

import type { Vector } from './vector.ts'

export type Matrix = Float64Array

/** The matrix that turns the frame (not the vector) by `angle` about x (0), y (1) or z (2). */
export function axisRotation(axis: 0 | 1 | 2, angle: number): Matrix {
  const sin = Math.sin(angle)
  const cos = Math.cos(angle)
  const m = new Float64Array(9)
  const j = (axis + 1) % 3
  const k = (axis + 2) % 3
  m[axis * 4] = 1
  m[j * 4] = cos
  m[k * 4] = cos
  m[j * 3 + k] = sin
  m[k * 3 + j] = -sin
  return m
}

/** The product of matrices: the last one is applied first. */
export function multiply(...matrices: readonly Matrix[]): Matrix {
  return matrices.reduce((a, b) => {
    const out = new Float64Array(9)
    for (let row = 0; row < 3; row++) {
      for (let column = 0; column < 3; column++) {
        out[row * 3 + column] = a[row * 3] * b[column] + a[row * 3 + 1] * b[3 + column] + a[row * 3 + 2] * b[6 + column]
      }
    }
    return out
  })
}

/** Of a rotation: its inverse. */
export function transpose(m: Matrix): Matrix {
  return Float64Array.of(m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8])
}

/** m v; `out` may be `v`. */
export function rotate<V extends Vector = Float64Array>(
  m: Matrix,
  v: ArrayLike<number>,
  out: V = new Float64Array(3) as V,
): V {
  const x = m[0] * v[0] + m[1] * v[1] + m[2] * v[2]
  const y = m[3] * v[0] + m[4] * v[1] + m[5] * v[2]
  out[2] = m[6] * v[0] + m[7] * v[1] + m[8] * v[2]
  out[0] = x
  out[1] = y
  return out
}
