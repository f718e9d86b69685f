// Geometry of queries in SQLite, as functions of SQL values. A geometry is a BLOB (the catalogue's footprint: little-endian
// doubles lon, lat, … in radians) or text: DALI's numbers in degrees (2: point, 3: circle, 6 and more: polygon), or STC-S in
// ICRS. What is no geometry is NULL. postgres-functions.ts says the same for the other store: change both together.

import { containsPosition, type Moc, parseMocAscii } from '#src/moc'
import {
  degToRad,
  type Footprint,
  footprint,
  footprintAreaSr,
  footprintCentroid,
  footprintHolds,
  footprintsMeet,
  holdsCircle,
  holdsVector,
  isSimple,
  liesInCircle,
  meetsCircle,
  ROTATED_FRAMES,
  radToDeg,
  rotation,
} from '#src/sky'

export type Cell = string | number | bigint | Uint8Array | null

interface Cap {
  readonly kind: 'cap'
  readonly lon: number
  readonly lat: number
  /** 0: a point. */
  readonly radius: number
  readonly x: number
  readonly y: number
  readonly z: number
}
type Outline = Footprint & { readonly kind: 'outline' }
type Shape = Cap | Outline

/** Numbers of one row's text are parsed once for all of its predicates; a constant once for all rows. */
const KEPT = 512
function remembered<T>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  let last: string | undefined
  let value: T
  return (text) => {
    if (text === last) return value
    const found = known.get(text)
    if (found === undefined) {
      value = make(text)
      if (known.size >= KEPT) known.clear()
      known.set(text, value)
    } else value = found
    last = text
    return value
  }
}

const OTHER_FRAMES = /\b(GALACTIC|GALACTIC_II|ECLIPTIC|FK4|B1950)\b/i
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i

/** The numbers of DALI or STC-S text, as many as its first word asks for; undefined for other text. */
export function numbersOf(text: string): number[] | undefined {
  const [, words, rest] = /^\s*((?:[a-z]\S*\s+)*)(.*?)\s*$/is.exec(text) ?? []
  if (rest === undefined || OTHER_FRAMES.test(words)) return undefined
  const parts = rest.split(/\s+/)
  if (!parts.every((part) => NUMBER.test(part))) return undefined
  const numbers = parts.map(Number)
  if (!numbers.every(Number.isFinite)) return undefined
  const n = numbers.length
  const kind = words.trim().split(/\s+/)[0].toUpperCase()
  const polygon = n >= 6 && n % 2 === 0
  switch (kind) {
    case '':
      return n === 2 || n === 3 || polygon ? numbers : undefined
    case 'POSITION':
    case 'POINT':
      return n === 2 ? numbers : undefined
    case 'CIRCLE':
      return n === 3 ? numbers : undefined
    case 'POLYGON':
      return polygon ? numbers : undefined
    case 'BOX':
      return n === 4 ? boxCorners(numbers[0], numbers[1], numbers[2], numbers[3]) : undefined
    default:
      return undefined
  }
}

function cap(lon: number, lat: number, radius: number): Cap | undefined {
  if (!(Math.abs(lat) <= 90 && Number.isFinite(lon) && radius >= 0 && radius <= 180)) return undefined
  const cosLat = Math.cos(degToRad(lat))
  const lonRad = degToRad(lon)
  const [x, y, z] = [cosLat * Math.cos(lonRad), cosLat * Math.sin(lonRad), Math.sin(degToRad(lat))]
  return { kind: 'cap', lon, lat, radius, x, y, z }
}

function outline(degrees: readonly number[]): Outline | undefined {
  for (let i = 1; i < degrees.length; i += 2) if (!(Math.abs(degrees[i]) <= 90)) return undefined
  const shape = footprint(degrees.map(degToRad))
  return shape && isSimple(shape) ? { kind: 'outline', ...shape } : undefined
}

const shapeOfText = remembered((text): Shape | null => {
  const numbers = numbersOf(text)
  if (!numbers) return null
  const [lon, lat, radius = 0] = numbers
  return (numbers.length <= 3 ? cap(lon, lat, radius) : outline(numbers)) ?? null
})

function shapeOf(value: Cell): Shape | null {
  if (typeof value === 'string') return shapeOfText(value)
  if (!(value instanceof Uint8Array)) return null
  const bytes = value.byteOffset % 8 === 0 ? value : value.slice()
  const shape = footprint(new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length >> 3))
  return shape ? { kind: 'outline', ...shape } : null
}

const flag = (value: boolean): number => (value ? 1 : 0)

/** Half to even, |x| below 2^51. */
const rounded = (x: number) => x + 6755399441055744 - 6755399441055744

/** Degrees, to 1e-12: the last digits of sines differ from one machine to another. */
export function distance(lon1: Cell, lat1: Cell, lon2: Cell, lat2: Cell): number | null {
  if (lon1 === null || lat1 === null || lon2 === null || lat2 === null) return null
  const p = degToRad(Number(lat1))
  const q = degToRad(Number(lat2))
  const dl = degToRad(Number(lon2) - Number(lon1))
  const [sinP, cosP, sinQ, cosQ, cosL] = [Math.sin(p), Math.cos(p), Math.sin(q), Math.cos(q), Math.cos(dl)]
  const a = cosQ * Math.sin(dl)
  const b = cosP * sinQ - sinP * cosQ * cosL
  const far = Math.atan2(Math.sqrt(a * a + b * b), sinP * sinQ + cosP * cosQ * cosL)
  return rounded(radToDeg(far) * 1e12) / 1e12
}

/** Degrees, to 1e-12: radii that are added. */
const sum = (a: number, b: number) => rounded((a + b) * 1e12) / 1e12

export function contains(inner: Cell, outer: Cell): number | null {
  const a = shapeOf(inner)
  const b = shapeOf(outer)
  if (!(a && b)) return null
  if (a.kind === 'cap' && b.kind === 'cap')
    return flag(b.radius >= 180 || sum(distance(a.lon, a.lat, b.lon, b.lat)!, a.radius) <= b.radius)
  if (a.kind === 'cap') return flag(holdsCircle(b as Outline, a.x, a.y, a.z, degToRad(a.radius)))
  if (b.kind === 'cap') return flag(liesInCircle(a, b.x, b.y, b.z, degToRad(b.radius)))
  return flag(footprintHolds(b, a))
}

export function intersects(first: Cell, second: Cell): number | null {
  const a = shapeOf(first)
  const b = shapeOf(second)
  if (!(a && b)) return null
  if (a.kind === 'cap' && b.kind === 'cap')
    return flag(distance(a.lon, a.lat, b.lon, b.lat)! <= sum(a.radius, b.radius))
  if (a.kind === 'cap') return flag(meetsCircle(b as Outline, a.x, a.y, a.z, degToRad(a.radius)))
  if (b.kind === 'cap') return flag(meetsCircle(a, b.x, b.y, b.z, degToRad(b.radius)))
  return flag(footprintsMeet(a, b))
}

export function pointIn(lon: Cell, lat: Cell, region: Cell): number | null {
  if (lon === null || lat === null) return null
  const b = shapeOf(region)
  const p = cap(Number(lon), Number(lat), 0)
  if (!(b && p)) return null
  if (b.kind === 'cap') return flag(distance(p.lon, p.lat, b.lon, b.lat)! <= b.radius)
  return flag(holdsVector(b, p.x, p.y, p.z))
}

const mocOf = remembered((ascii): Moc => parseMocAscii(ascii))
export function inMoc(lon: Cell, lat: Cell, ascii: Cell): number | null {
  if (lon === null || lat === null || typeof ascii !== 'string' || !(Math.abs(Number(lat)) <= 90)) return null
  return flag(containsPosition(mocOf(ascii), degToRad(Number(lon)), degToRad(Number(lat))))
}

/** [0, 360) */
export function longitude(deg: number): number {
  if (deg >= 0 && deg < 360) return deg
  const turned = deg % 360
  const positive = turned < 0 ? turned + 360 : turned
  return positive >= 360 || positive === 0 ? 0 : positive
}

export function pointText(lon: Cell, lat: Cell): string | null {
  if (lon === null || lat === null) return null
  const [x, y] = [Number(lon), Number(lat)]
  return Math.abs(y) <= 90 && Number.isFinite(x) ? `${numberText(longitude(x))} ${numberText(y)}` : null
}

export function circleText(lon: Cell, lat: Cell, radius: Cell): string | null {
  const centre = pointText(lon, lat)
  return centre === null || radius === null || !(Number(radius) >= 0 && Number(radius) <= 180)
    ? null
    : `${centre} ${numberText(Number(radius))}`
}

export function polygonText(...coordinates: Cell[]): string | null {
  const points: (string | null)[] = []
  for (let i = 0; i + 1 < coordinates.length; i += 2) points.push(pointText(coordinates[i], coordinates[i + 1]))
  return points.length >= 3 && points.every((point) => point !== null) ? points.join(' ') : null
}

/** The text of a number as PostgreSQL writes it: shortest digits, an exponent below 1e-4 and from 1e15. */
export function numberText(x: number): string {
  const [digits, exponent] = x.toExponential().split('e')
  const power = Number(exponent)
  if (x === 0) return Object.is(x, -0) ? '-0' : '0'
  if (power >= -4 && power < 15)
    return power < 0 ? x.toFixed(Math.max(0, digits.replace(/[-.]/g, '').length - 1 - power)) : `${x}`
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}

/** Corners of a box: its sides are great circles across the ends of the arms (ADQL 2.1 §4.2.9). */
function boxCorners(lon: number, lat: number, width: number, height: number): number[] | undefined {
  const centre = cap(lon, lat, 0)
  if (!centre || !(width > 0 && width < 180 && height > 0 && height < 180)) return undefined
  const [sinLon, cosLon] = [Math.sin(degToRad(lon)), Math.cos(degToRad(lon))]
  const [east, north] = [Math.tan(degToRad(width) / 2), Math.tan(degToRad(height) / 2)]
  return [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ].flatMap(([e, n]) => {
    const x = centre.x - e * east * sinLon - n * north * centre.z * cosLon
    const y = centre.y + e * east * cosLon - n * north * centre.z * sinLon
    const z = centre.z + n * north * Math.cos(degToRad(lat))
    return [longitude(radToDeg(Math.atan2(y, x))), radToDeg(Math.atan2(z, Math.hypot(x, y)))]
  })
}

export function boxText(lon: Cell, lat: Cell, width: Cell, height: Cell): string | null {
  if (lon === null || lat === null || width === null || height === null) return null
  const corners = boxCorners(Number(lon), Number(lat), Number(width), Number(height))
  return corners ? polygonText(...corners) : null
}

const SQUARE_DEGREES = (180 / Math.PI) ** 2
export function area(value: Cell): number | null {
  const shape = shapeOf(value)
  if (!shape) return null
  if (shape.kind === 'outline') return footprintAreaSr(shape) * SQUARE_DEGREES
  const half = Math.sin(degToRad(shape.radius) / 2)
  return 4 * Math.PI * half * half * SQUARE_DEGREES
}

export function centroid(value: Cell): string | null {
  const shape = shapeOf(value)
  if (!shape) return null
  if (shape.kind === 'cap') return pointText(shape.lon, shape.lat)
  const [x, y, z] = footprintCentroid(shape)
  return pointText(radToDeg(Math.atan2(y, x)), radToDeg(Math.atan2(z, Math.hypot(x, y))))
}

export function coordinate(value: Cell, which: 0 | 1): number | null {
  const numbers = typeof value === 'string' ? numbersOf(value) : undefined
  return numbers?.length === 2 ? numbers[which] : null
}

/** DALI text of the asked kind from any text of it. */
export function asKind(value: Cell, kind: 'point' | 'circle' | 'polygon'): string | null {
  const numbers = typeof value === 'string' ? numbersOf(value) : undefined
  if (!numbers) return null
  if (kind === 'point') return numbers.length === 2 ? pointText(numbers[0], numbers[1]) : null
  if (kind === 'circle') return numbers.length === 3 ? circleText(numbers[0], numbers[1], numbers[2]) : null
  return numbers.length >= 6 ? polygonText(...numbers) : null
}

const MATRICES: ReadonlyMap<string, Float64Array> = new Map(
  ROTATED_FRAMES.flatMap((from) => ROTATED_FRAMES.map((to) => [`${from} ${to}`, rotation(from, to)])),
)
/** Simple rotations, as the catalogue of functions asks. */
export function transform(from: Cell, to: Cell, value: Cell): string | null {
  const m = MATRICES.get(`${from} ${to}`)
  const numbers = typeof value === 'string' ? numbersOf(value) : undefined
  if (!(m && numbers)) return null
  const turned = (lon: number, lat: number) => {
    const p = cap(lon, lat, 0)
    if (!p) return [Number.NaN, Number.NaN]
    const [x, y, z] = [0, 3, 6].map((row) => m[row] * p.x + m[row + 1] * p.y + m[row + 2] * p.z)
    return [longitude(radToDeg(Math.atan2(y, x))), radToDeg(Math.atan2(z, Math.hypot(x, y)))]
  }
  if (numbers.length === 3) return circleText(...(turned(numbers[0], numbers[1]) as [number, number]), numbers[2])
  const pairs = Array.from({ length: numbers.length >> 1 }, (_, i) => turned(numbers[2 * i], numbers[2 * i + 1])).flat()
  return pairs.length === 2 ? pointText(pairs[0], pairs[1]) : polygonText(...pairs)
}

/** Linear motion in space, no light travel (ESA SP-1200 vol. 1, 1.5.5): degrees, mas, mas/yr, km/s, Julian years. */
export function propagate(...args: Cell[]): string | null {
  const [ra, dec, , , , , from, to] = args
  if (ra === null || dec === null || from === null || to === null) return null
  const [, , parallax, pmRa, pmDec, velocity] = args.map((value) => Number(value ?? 0))
  const p = cap(Number(ra), Number(dec), 0)
  if (!p) return null
  const years = Number(to) - Number(from)
  const mas = degToRad(1 / 3_600_000)
  const [sinRa, cosRa] = [Math.sin(degToRad(p.lon)), Math.cos(degToRad(p.lon))]
  const cosDec = Math.cos(degToRad(p.lat))
  const away = 1 + ((velocity * parallax * mas) / 4.740470446) * years
  const [east, north] = [pmRa * mas * years, pmDec * mas * years]
  const x = p.x * away - east * sinRa - north * p.z * cosRa
  const y = p.y * away + east * cosRa - north * p.z * sinRa
  const z = p.z * away + north * cosDec
  return pointText(radToDeg(Math.atan2(y, x)), radToDeg(Math.atan2(z, Math.hypot(x, y))))
}
