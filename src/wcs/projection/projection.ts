// What a projection is: two functions between its plane and the native sphere.
// Plane coordinates x, y are Paper II's in radians (their degrees times pi/180); the sphere is a unit vector
// n = (cos theta cos phi, cos theta sin phi, sin theta), so that no digit is lost near the native pole.

export interface Projection {
  readonly code: string
  /** Native coordinates of the reference point, radians: (0, pi/2) for zenithal projections, else (0, 0). */
  readonly phi0: number
  readonly theta0: number
  /** Native unit vector to plane; false where the projection does not show the point. */
  project(n: Float64Array, out: Float64Array): boolean
  /** Plane to native unit vector; false off the map. */
  deproject(x: number, y: number, out: Float64Array): boolean
}

/** PVi_ma of the latitude axis, undefined where absent. */
export type Parameters = (m: number) => number | undefined
export type ProjectionFactory = (pv: Parameters) => Projection

export const ZENITHAL = { phi0: 0, theta0: Math.PI / 2 } as const
export const CYLINDRICAL = { phi0: 0, theta0: 0 } as const

/** Rounding that an edge of the map may be overstepped by: radians. */
export const EDGE = 1e-13

export function nativeVector(phi: number, theta: number, out: Float64Array): true {
  const cosTheta = Math.cos(theta)
  out[0] = cosTheta * Math.cos(phi)
  out[1] = cosTheta * Math.sin(phi)
  out[2] = Math.sin(theta)
  return true
}

/** As nativeVector, from sin theta and cos theta >= 0. */
export function nativeVectorOf(phi: number, cosTheta: number, sinTheta: number, out: Float64Array): true {
  out[0] = cosTheta * Math.cos(phi)
  out[1] = cosTheta * Math.sin(phi)
  out[2] = sinTheta
  return true
}

export function nativeTheta(n: Float64Array): number {
  return Math.atan2(n[2], Math.sqrt(n[0] * n[0] + n[1] * n[1]))
}
