// Positions and nested cells (Gorski et al. 2005, section 5; Calabretta & Roukema 2007). Longitude and latitude in
// radians, longitude any, latitude -pi/2 to pi/2. Inside a base cell x runs to the north-east side and y to the
// north-west side, 0 <= x, y < nside; the index interleaves their bits, x in the even ones. The order of the
// floating-point operations is healpy's on purpose (`lon * (2 / pi)`, sin(colatitude) within 0.01 rad of the poles):
// points on cell edges land in the same cell as there.

import { HealpixError } from './errors.ts'
import { checkCell, checkOrder } from './order.ts'

const HALF_PI = Math.PI / 2
const TWO_THIRDS = 2 / 3
/** Colatitudes from where sin(colatitude) is used, as healpy has them. */
const NORTH_CAP = 0.01
const SOUTH_CAP = 3.13159
const LOW_HALF = 0x1000000

/** Spreads 12 bits to the even bits of 24. */
function spread(v: number): number {
  v = (v | (v << 8)) & 0x00ff00ff
  v = (v | (v << 4)) & 0x0f0f0f0f
  v = (v | (v << 2)) & 0x33333333
  return (v | (v << 1)) & 0x55555555
}

/** Gathers the even bits of 24 to 12. */
function gather(v: number): number {
  v &= 0x55555555
  v = (v | (v >>> 1)) & 0x33333333
  v = (v | (v >>> 2)) & 0x0f0f0f0f
  v = (v | (v >>> 4)) & 0x00ff00ff
  return (v | (v >>> 8)) & 0x0000ffff
}

/** Nested index of the cell (x, y) of a base cell; a double takes it in two halves of 24 bits. */
export function joinCell(order: number, face: number, x: number, y: number): number {
  const low = spread(x & 0xfff) | (spread(y & 0xfff) << 1)
  if (order <= 12) return face * 4 ** order + low
  const high = spread(x >>> 12) | (spread(y >>> 12) << 1)
  return face * 4 ** order + high * LOW_HALF + low
}

/** Base cell, x and y of a nested index, into `out`. */
export function splitCell(order: number, npix: number, out: Int32Array): Int32Array {
  const perFace = 4 ** order
  const face = Math.floor(npix / perFace)
  const inside = npix - face * perFace
  const high = Math.floor(inside / LOW_HALF)
  const low = inside - high * LOW_HALF
  out[0] = face
  out[1] = (gather(high) << 12) | gather(low)
  out[2] = (gather(high >>> 1) << 12) | gather(low >>> 1)
  return out
}

/** z = sin(latitude); `sinTheta` = cos(latitude) close to a pole, where z has lost its digits, else negative. */
function locate(order: number, z: number, lonRad: number, sinTheta: number): number {
  const n = 2 ** order
  const last = n - 1
  const za = Math.abs(z)
  let quarters = (lonRad * (2 / Math.PI)) % 4
  if (quarters < 0) quarters += 4
  if (quarters >= 4) quarters = 0
  if (za <= TWO_THIRDS) {
    const across = n * (0.5 + quarters)
    const up = n * (z * 0.75)
    const jp = (across - up) | 0
    const jm = (across + up) | 0
    const facep = jp >> order
    const facem = jm >> order
    const face = facep === facem ? facep | 4 : facep < facem ? facep : facem + 8
    return joinCell(order, face, jm & last, last - (jp & last))
  }
  const quarter = Math.min(3, quarters | 0)
  const part = quarters - quarter
  const reach = sinTheta < 0 ? n * Math.sqrt(3 * (1 - za)) : (n * sinTheta) / Math.sqrt((1 + za) / 3)
  const jp = Math.min((part * reach) | 0, last)
  const jm = Math.min(((1 - part) * reach) | 0, last)
  return z >= 0 ? joinCell(order, quarter, last - jm, last - jp) : joinCell(order, quarter + 8, jp, jm)
}

/** The cell that holds a position. */
export function hash(order: number, lonRad: number, latRad: number): number {
  checkOrder(order)
  const theta = HALF_PI - latRad
  if (!(theta >= 0 && theta <= Math.PI && Number.isFinite(lonRad)))
    throw new HealpixError(
      'bad-position',
      `a position needs a longitude and a latitude within 90 deg, got ${lonRad}, ${latRad} rad`,
    )
  const pole = theta < NORTH_CAP || theta > SOUTH_CAP
  return locate(order, Math.cos(theta), lonRad, pole ? Math.sin(theta) : -1)
}

/** The cell that holds a direction; the vector need not be of unit length. */
export function hashVector(order: number, x: number, y: number, z: number): number {
  checkOrder(order)
  const flat = x * x + y * y
  const length = Math.sqrt(flat + z * z)
  if (!(length > 0 && length < Infinity))
    throw new HealpixError('bad-position', `a direction is a finite vector other than zero, got ${x}, ${y}, ${z}`)
  const unitZ = z / length
  const lon = flat === 0 ? 0 : Math.atan2(y, x)
  return locate(order, unitZ, lon, Math.abs(unitZ) > 0.99 ? Math.sqrt(flat) / length : -1)
}

/** How many quarters of nside the north corner of each base cell lies below the north pole, and its longitude in pi/4. */
export const FACE_ROW = [2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4] as const
export const FACE_LON = [1, 3, 5, 7, 0, 2, 4, 6, 1, 3, 5, 7] as const

/**
 * Position of the point (x, y) of a base cell, x and y from 0 to 1: writes longitude (0 to 2 pi), z = sin(latitude)
 * and cos(latitude) into `out` from `at`.
 */
export function facePoint(face: number, x: number, y: number, out: Float64Array, at = 0): void {
  const row = FACE_ROW[face] - x - y
  let nr = 1
  let z: number
  let cosLat: number
  if (row < 1) {
    nr = row
    const drop = (row * row) / 3
    z = 1 - drop
    cosLat = Math.sqrt(drop * (2 - drop))
  } else if (row > 3) {
    nr = 4 - row
    const drop = (nr * nr) / 3
    z = drop - 1
    cosLat = Math.sqrt(drop * (2 - drop))
  } else {
    z = ((2 - row) * 2) / 3
    cosLat = Math.sqrt((1 - z) * (1 + z))
  }
  let along = FACE_LON[face] * nr + x - y
  if (along < 0) along += 8 * nr
  out[at] = nr < 1e-15 ? FACE_LON[face] * (Math.PI / 4) : (0.5 * HALF_PI * along) / nr
  out[at + 1] = z
  out[at + 2] = cosLat
}

const cell = new Int32Array(3)
const point = new Float64Array(3)

/** Centre of a cell: [longitude 0 to 2 pi, latitude], radians. */
export function centre(order: number, npix: number, out: Float64Array = new Float64Array(2)): Float64Array {
  checkCell(order, npix)
  splitCell(order, npix, cell)
  const n = 2 ** order
  facePoint(cell[0], (cell[1] + 0.5) / n, (cell[2] + 0.5) / n, point)
  out[0] = point[0]
  out[1] = Math.atan2(point[1], point[2])
  return out
}
