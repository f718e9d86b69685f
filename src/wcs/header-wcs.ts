// The walk from pixel to sky and back, put together from its parts:
// pixel - CRPIX -> [SIP] -> CD (degrees) -> [TPV, DSS] -> plane (radians) -> native sphere -> celestial sphere -> [FK4].

import { DEG, type Frame, fk4, type Matrix, multiply, rotation, TWO_PI, type VectorMap } from '#src/sky'
import type { Distortion } from './distortion/distortion.ts'
import { WcsError } from './errors.ts'
import type { Projection } from './projection/projection.ts'
import type { DistortionKind, Wcs } from './wcs.ts'

export interface WcsParts {
  readonly frame: Frame
  readonly equinox?: number
  readonly ctype: readonly [string, string]
  readonly axes: readonly [number, number]
  /** 0-based pixel of the reference point, lower-numbered axis first. */
  readonly origin: readonly [number, number]
  /** Degrees per pixel: longitude row, latitude row; columns as the pixel axes. */
  readonly cd: readonly [number, number, number, number]
  readonly projection: Projection
  /** Added to plane coordinates, radians: Paper II's (x0, y0) where PVi_0 of the longitude axis is set. */
  readonly planeOffset?: readonly [number, number]
  /** Native to celestial unit vectors. */
  readonly matrix: Matrix
  /** Acts on pixels. */
  readonly sip?: Distortion
  /** TPV or DSS: acts on the plane in degrees. */
  readonly plane?: Distortion
  /** From the sphere of `matrix` to the world: FK4 to ICRS. */
  readonly beyond?: VectorMap
}

// Scratch of the functions below, none of which calls another user of it while it holds a value.
const pair = new Float64Array(2)
const vector = new Float64Array(3)
const native = new Float64Array(3)

export class HeaderWcs implements Wcs {
  readonly naxis = 2
  readonly frame: Frame
  readonly equinox?: number
  readonly ctype: readonly [string, string]
  readonly projection: string
  readonly distortion: DistortionKind
  readonly axes: readonly [number, number]
  readonly pixelScaleDeg: number
  readonly parts: WcsParts
  readonly #inverse: readonly [number, number, number, number]

  constructor(parts: WcsParts) {
    this.parts = parts
    this.frame = parts.frame
    this.equinox = parts.equinox
    this.ctype = parts.ctype
    this.projection = parts.projection.code
    this.distortion = parts.sip?.kind ?? parts.plane?.kind ?? 'none'
    this.axes = parts.axes
    const [a, b, c, d] = parts.cd
    const determinant = a * d - b * c
    if (!(Math.abs(determinant) > 0) || !Number.isFinite(1 / determinant))
      throw new WcsError('singular', `the CD matrix has no inverse: ${a} ${b} ${c} ${d}`)
    const distorted = (parts.sip?.determinant ?? 1) * (parts.plane?.determinant ?? 1)
    if (!(Math.abs(distorted) > 0))
      throw new WcsError('singular', `the ${this.distortion} distortion has no inverse at the reference pixel`)
    this.#inverse = [d / determinant, -b / determinant, -c / determinant, a / determinant]
    this.pixelScaleDeg = Math.sqrt(Math.abs(determinant * distorted))
  }

  #toWorld(x: number, y: number, out: Float64Array, at: number): boolean {
    const { origin, cd, projection, planeOffset, matrix: m, sip, plane, beyond } = this.parts
    let u = x - origin[0]
    let v = y - origin[1]
    if (sip) {
      sip.apply(u, v, pair)
      u = pair[0]
      v = pair[1]
    }
    let xi = cd[0] * u + cd[1] * v
    let eta = cd[2] * u + cd[3] * v
    if (plane) {
      plane.apply(xi, eta, pair)
      xi = pair[0]
      eta = pair[1]
    }
    xi *= DEG
    eta *= DEG
    if (planeOffset) {
      xi += planeOffset[0]
      eta += planeOffset[1]
    }
    if (!(xi - xi === 0 && eta - eta === 0 && projection.deproject(xi, eta, native))) {
      out[at] = Number.NaN
      out[at + 1] = Number.NaN
      return false
    }
    const n0 = native[0]
    const n1 = native[1]
    const n2 = native[2]
    let v0 = m[0] * n0 + m[1] * n1 + m[2] * n2
    let v1 = m[3] * n0 + m[4] * n1 + m[5] * n2
    let v2 = m[6] * n0 + m[7] * n1 + m[8] * n2
    if (beyond) {
      vector[0] = v0
      vector[1] = v1
      vector[2] = v2
      beyond.toIcrs(vector)
      v0 = vector[0]
      v1 = vector[1]
      v2 = vector[2]
    }
    const lon = Math.atan2(v1, v0)
    const wrapped = lon < 0 ? lon + TWO_PI : lon
    out[at] = wrapped < TWO_PI ? wrapped : 0
    out[at + 1] = Math.atan2(v2, Math.sqrt(v0 * v0 + v1 * v1))
    return true
  }

  #toPixel(lon: number, lat: number, out: Float64Array, at: number): boolean {
    const { origin, projection, planeOffset, matrix: m, sip, plane, beyond } = this.parts
    const cosLat = Math.cos(lat)
    let v0 = cosLat * Math.cos(lon)
    let v1 = cosLat * Math.sin(lon)
    let v2 = Math.sin(lat)
    if (beyond) {
      vector[0] = v0
      vector[1] = v1
      vector[2] = v2
      beyond.fromIcrs(vector)
      v0 = vector[0]
      v1 = vector[1]
      v2 = vector[2]
    }
    native[0] = m[0] * v0 + m[3] * v1 + m[6] * v2
    native[1] = m[1] * v0 + m[4] * v1 + m[7] * v2
    native[2] = m[2] * v0 + m[5] * v1 + m[8] * v2
    out[at] = Number.NaN
    out[at + 1] = Number.NaN
    if (!(v2 - v2 === 0 && v1 - v1 === 0 && projection.project(native, pair))) return false
    let xi = pair[0]
    let eta = pair[1]
    if (planeOffset) {
      xi -= planeOffset[0]
      eta -= planeOffset[1]
    }
    xi /= DEG
    eta /= DEG
    if (plane) {
      if (!plane.invert(xi, eta, pair)) return false
      xi = pair[0]
      eta = pair[1]
    }
    const inverse = this.#inverse
    let u = inverse[0] * xi + inverse[1] * eta
    let v = inverse[2] * xi + inverse[3] * eta
    if (sip) {
      if (!sip.invert(u, v, pair)) return false
      u = pair[0]
      v = pair[1]
    }
    out[at] = u + origin[0]
    out[at + 1] = v + origin[1]
    return true
  }

  pixelToWorld(x: number, y: number, out: Float64Array = new Float64Array(2)): Float64Array | undefined {
    return this.#toWorld(x, y, out, 0) ? out : undefined
  }

  worldToPixel(lonRad: number, latRad: number, out: Float64Array = new Float64Array(2)): Float64Array | undefined {
    return this.#toPixel(lonRad, latRad, out, 0) ? out : undefined
  }

  pixelToWorldArray(xy: Float64Array, out: Float64Array): void {
    for (let i = 0; i + 1 < xy.length; i += 2) this.#toWorld(xy[i], xy[i + 1], out, i)
  }

  worldToPixelArray(lonlat: Float64Array, out: Float64Array): void {
    for (let i = 0; i + 1 < lonlat.length; i += 2) this.#toPixel(lonlat[i], lonlat[i + 1], out, i)
  }
}

/** The same pixels with their world side in ICRS: costs nothing per pixel, but for FK4. */
export function inIcrs(wcs: Wcs): Wcs {
  if (wcs.frame === 'ICRS') return wcs
  if (!(wcs instanceof HeaderWcs))
    throw new WcsError('unsupported', 'only coordinates that parseWcs made can be turned')
  const { parts } = wcs
  if (parts.frame === 'FK4')
    return new HeaderWcs({ ...parts, frame: 'ICRS', equinox: undefined, beyond: fk4(parts.equinox) })
  const turn = rotation(parts.frame, 'ICRS', { fromEquinox: parts.equinox })
  return new HeaderWcs({ ...parts, frame: 'ICRS', equinox: undefined, matrix: multiply(turn, parts.matrix) })
}
