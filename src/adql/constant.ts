// Geometry that the query itself states, as numbers: constructors of constants, STC-S (TAP 1.0 §6 as it is in use, ADQL 2.1
// §4.2.18), the texts of DALI 1.1 §3.3, and turns between frames. Degrees and ICRS in and out; radians only inside.

import {
  checkRegion,
  contains,
  degToRad,
  type Frame,
  lonLatDeg,
  lonLatToVector,
  offset,
  type Polygon,
  type Region,
  radToDeg,
  regionsIntersect,
  rotate,
  rotation,
  SkyError,
  separationRad,
  vectorToLonLat,
} from '#src/sky'
import type { Shape } from './bound.ts'

/** Words of a coordinate system argument; what names no frame is taken as ICRS, as every service does. */
export function frameOf(coordsys: string): Frame | undefined {
  const word = coordsys.trim().toUpperCase().split(/\s+/)[0]
  switch (word) {
    case '':
    case 'ICRS':
    case 'UNKNOWN':
    case 'UNKNOWNFRAME':
    case 'UNKNOWNREFPOS':
    case 'BARYCENTER':
    case 'GEOCENTER':
    case 'HELIOCENTER':
    case 'TOPOCENTER':
      return 'ICRS'
    case 'FK5':
    case 'J2000':
      return 'FK5'
    case 'GALACTIC':
    case 'GAL':
      return 'GALACTIC'
    case 'ECLIPTIC':
      return 'ECLIPTIC'
    default:
      return undefined
  }
}

/** Throws RangeError with what is wrong with the numbers, for the caller to say where. */
function checkLat(latDeg: number): void {
  if (!(latDeg >= -90 && latDeg <= 90)) throw new RangeError(`a latitude is -90 to 90 degrees, got ${latDeg}`)
}

const normalLon = (lonDeg: number) => {
  // Within the circle already: the detour would cost the last digits.
  if (lonDeg >= 0 && lonDeg < 360) return lonDeg
  const lon = ((lonDeg % 360) + 360) % 360
  return lon === 360 || lon === 0 ? 0 : lon
}

export function pointShape(lonDeg: number, latDeg: number): Extract<Shape, { kind: 'point' }> {
  if (!Number.isFinite(lonDeg)) throw new RangeError(`a longitude is a number, got ${lonDeg}`)
  checkLat(latDeg)
  return { kind: 'point', lonDeg: normalLon(lonDeg), latDeg }
}

export function circleShape(lonDeg: number, latDeg: number, radiusDeg: number): Shape {
  if (!(radiusDeg >= 0 && radiusDeg <= 180)) throw new RangeError(`a radius is 0 to 180 degrees, got ${radiusDeg}`)
  return { ...pointShape(lonDeg, latDeg), kind: 'circle', radiusDeg }
}

/** Checking and comparing polygons takes the product of their vertices. */
const MOST_VERTICES = 1000

export function polygonShape(numbers: readonly number[]): Shape {
  if (numbers.length > 2 * MOST_VERTICES)
    throw new RangeError(`a polygon has at most ${MOST_VERTICES} vertices, got ${numbers.length / 2}`)
  if (numbers.length % 2 === 1) throw new RangeError(`a polygon needs pairs of numbers, got ${numbers.length} numbers`)
  const verticesDeg: number[] = []
  for (let i = 0; i < numbers.length; i += 2) {
    const { lonDeg, latDeg } = pointShape(numbers[i], numbers[i + 1])
    const last = verticesDeg.length
    if (last > 0 && verticesDeg[last - 2] === lonDeg && verticesDeg[last - 1] === latDeg) continue
    verticesDeg.push(lonDeg, latDeg)
  }
  // Many close the ring; DALI's polygons are closed by themselves.
  const last = verticesDeg.length
  if (last > 2 && verticesDeg[0] === verticesDeg[last - 2] && verticesDeg[1] === verticesDeg[last - 1])
    verticesDeg.length -= 2
  if (verticesDeg.length < 6)
    throw new RangeError(`a polygon needs at least 3 different vertices, got ${verticesDeg.length / 2}`)
  const shape: Shape = { kind: 'polygon', verticesDeg }
  try {
    checkRegion(regionOf(shape)!)
  } catch (error) {
    if (error instanceof SkyError) throw new RangeError(error.message)
    throw error
  }
  return shape
}

/** The polygon whose sides cut the arms of the cross at right angles (ADQL 2.1 §4.2.9). */
export function boxShape(lonDeg: number, latDeg: number, widthDeg: number, heightDeg: number): Shape {
  const { lonDeg: lon, latDeg: lat } = pointShape(lonDeg, latDeg)
  if (!(widthDeg > 0 && widthDeg < 180 && heightDeg > 0 && heightDeg < 180))
    throw new RangeError(`the sides of a box are above 0 and below 180 degrees, got ${widthDeg} and ${heightDeg}`)
  // In the plane tangent at the centre great circles are straight lines.
  const x = Math.tan(degToRad(widthDeg / 2))
  const y = Math.tan(degToRad(heightDeg / 2))
  const corners = [
    [x, y],
    [-x, y],
    [-x, -y],
    [x, -y],
  ]
  return polygonShape(
    corners.flatMap(([east, north]) => {
      const at = offset(degToRad(lon), degToRad(lat), Math.atan2(east, north), Math.atan(Math.hypot(east, north)))
      return [radToDeg(at.lonRad), radToDeg(at.latRad)]
    }),
  )
}

/** The shape seen from the frame `to`. Coverage maps are ICRS always. */
export function turnShape(shape: Shape, from: Frame, to: Frame): Shape {
  if (from === to || shape.kind === 'moc') return shape
  const matrix = rotation(from, to)
  const turn = (lonDeg: number, latDeg: number) => {
    const { lonRad, latRad } = vectorToLonLat(rotate(matrix, lonLatToVector(degToRad(lonDeg), degToRad(latDeg))))
    return { lonDeg: normalLon(radToDeg(lonRad)), latDeg: radToDeg(latRad) }
  }
  if (shape.kind !== 'polygon') return { ...shape, ...turn(shape.lonDeg, shape.latDeg) }
  const verticesDeg: number[] = []
  for (let i = 0; i < shape.verticesDeg.length; i += 2) {
    const { lonDeg, latDeg } = turn(shape.verticesDeg[i], shape.verticesDeg[i + 1])
    verticesDeg.push(lonDeg, latDeg)
  }
  return { kind: 'polygon', verticesDeg }
}

/** Undefined for points and maps. */
export function regionOf(shape: Shape): Region | undefined {
  if (shape.kind === 'circle')
    return { kind: 'circle', ...lonLatDeg(shape.lonDeg, shape.latDeg), radiusRad: degToRad(shape.radiusDeg) }
  if (shape.kind !== 'polygon') return undefined
  const vertices: Polygon['vertices'][number][] = []
  for (let i = 0; i < shape.verticesDeg.length; i += 2)
    vertices.push(lonLatDeg(shape.verticesDeg[i], shape.verticesDeg[i + 1]))
  return { kind: 'polygon', vertices }
}

export function distanceDeg(a: Extract<Shape, { kind: 'point' }>, b: Extract<Shape, { kind: 'point' }>): number {
  return radToDeg(separationRad(degToRad(a.lonDeg), degToRad(a.latDeg), degToRad(b.lonDeg), degToRad(b.latDeg)))
}

/** Whether a point is in a shape; undefined where that is for the database to say. */
export function shapeContains(shape: Shape, point: Shape): boolean | undefined {
  const region = regionOf(shape)
  if (!region || point.kind !== 'point') return undefined
  return contains(region, degToRad(point.lonDeg), degToRad(point.latDeg))
}

export function shapesIntersect(a: Shape, b: Shape): boolean | undefined {
  const corners = (shape: Shape) => (shape.kind === 'polygon' ? shape.verticesDeg.length / 2 : 1)
  if (corners(a) * corners(b) > 10_000) return undefined
  const [first, second] = [regionOf(a), regionOf(b)]
  return first && second ? regionsIntersect(first, second) : undefined
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/
const SKIPPED = new Set([
  'BARYCENTER',
  'GEOCENTER',
  'HELIOCENTER',
  'TOPOCENTER',
  'UNKNOWNREFPOS',
  'SPHERICAL2',
  'UNIT',
  'DEG',
])

function numbersOf(words: readonly string[]): number[] {
  return words.map((word) => {
    if (!NUMBER.test(word)) throw new RangeError(`expected a number, found "${word.slice(0, 40)}"`)
    return Number(word)
  })
}

function shapeOfNumbers(kind: string, numbers: readonly number[]): Shape {
  const need = (count: number) => {
    if (numbers.length !== count) throw new RangeError(`${kind} needs ${count} numbers, got ${numbers.length}`)
  }
  switch (kind) {
    case 'POINT':
    case 'POSITION':
      need(2)
      return pointShape(numbers[0], numbers[1])
    case 'CIRCLE':
      need(3)
      return circleShape(numbers[0], numbers[1], numbers[2])
    case 'POLYGON':
      return polygonShape(numbers)
    case 'BOX':
      need(4)
      return boxShape(numbers[0], numbers[1], numbers[2], numbers[3])
    default:
      throw new RangeError(`expected Position, Circle, Polygon or Box, found "${kind.slice(0, 40)}"`)
  }
}

/** `Circle ICRS 10 20 1`, `POLYGON 1 2 3 4 5 6`. Throws RangeError. */
export function parseStcs(text: string): Shape {
  const words = text.trim().toUpperCase().split(/\s+/)
  const kind = words[0]
  let from: Frame = 'ICRS'
  let next = 1
  const named = next < words.length && !NUMBER.test(words[next]) ? frameOf(words[next]) : undefined
  if (named) {
    from = named
    next++
  }
  const rest = words.slice(next).filter((word) => !SKIPPED.has(word))
  return turnShape(shapeOfNumbers(kind, numbersOf(rest)), from, 'ICRS')
}

/** `12.3 45.6`, `12.3 45.6 0.1`, and STC-S of that shape. Throws RangeError. */
export function parseDali(kind: 'point' | 'circle' | 'polygon', text: string): Shape {
  if (/^\s*[a-z]/i.test(text)) {
    const shape = parseStcs(text)
    if (shape.kind !== kind) throw new RangeError(`expected a ${kind}, found a ${shape.kind}`)
    return shape
  }
  return shapeOfNumbers(kind.toUpperCase(), numbersOf(text.trim().split(/\s+/)))
}

/** DALI 1.1 §3.3.3: date, or date and time with up to 9 decimals, always UTC; the canonical text has no zone. */
export function parseTimestamp(text: string): string | undefined {
  const found = /^\s*(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?)?)?Z?\s*$/.exec(text)
  if (!found) return undefined
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = ''] = found
  const last = new Date(Date.UTC(2000 + (Number(year) % 400), Number(month), 0)).getUTCDate()
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > last) return undefined
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${fraction.replace(/\.?0+$/, '')}`
}
