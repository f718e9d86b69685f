// Shapes on the sky as DALI spells them (DALI 1.2 §3.7 to §3.12), degrees, ICRS.
// Longitudes are reduced to [0, 360); latitudes beyond the poles, negative radii and flat polygons are refused.

import { quoted, usageError } from './fault.ts'
import { formatNumber, type Literal, numbers } from './literal.ts'

export interface Point {
  readonly lonDeg: number
  readonly latDeg: number
}
export interface Circle extends Point {
  readonly kind: 'circle'
  /** 0 < radius <= 180. */
  readonly radiusDeg: number
}
export interface Polygon {
  readonly kind: 'polygon'
  /** Three or more, implicitly closed, edges are great circles shorter than 180 degrees. */
  readonly vertices: readonly Point[]
}
/** Longitudes run eastward from `lonMinDeg` to `lonMaxDeg`; across the meridian when min > max. */
export interface Range {
  readonly kind: 'range'
  readonly lonMinDeg: number
  readonly lonMaxDeg: number
  readonly latMinDeg: number
  readonly latMaxDeg: number
}
export type Shape = Circle | Polygon | Range

/** `% 360` is exact in doubles; only a negative remainder takes a (rounded) sum. */
function longitude(deg: number): number {
  const rest = deg % 360
  const positive = rest < 0 ? rest + 360 : rest
  return positive >= 360 || positive === 0 ? 0 : positive
}

function latitude(deg: number, name: string): number {
  if (deg < -90 || deg > 90) throw usageError(`${name} needs latitudes from -90 to 90, got ${deg}`, name)
  return deg === 0 ? 0 : deg
}

export const circle: Literal<Circle> = {
  datatype: 'double',
  arraysize: '3',
  xtype: 'circle',
  parse(text, name) {
    const found = numbers(text, name)
    if (found.length !== 3) throw usageError(`${name} needs 3 numbers, got ${found.length}: ${quoted(text)}`, name)
    const [lonDeg, latDeg, radiusDeg] = found
    if (radiusDeg <= 0 || radiusDeg > 180)
      throw usageError(`${name} needs a radius above 0 and up to 180 degrees, got ${radiusDeg}`, name)
    return { kind: 'circle', lonDeg: longitude(lonDeg), latDeg: latitude(latDeg, name), radiusDeg }
  },
  format: ({ lonDeg, latDeg, radiusDeg }) => [lonDeg, latDeg, radiusDeg].map(formatNumber).join(' '),
}

export const polygon: Literal<Polygon> = {
  datatype: 'double',
  arraysize: '*',
  xtype: 'polygon',
  parse(text, name) {
    const found = numbers(text, name)
    if (found.length % 2 === 1)
      throw usageError(`${name} needs pairs of longitude and latitude, got ${found.length} numbers`, name)
    const all: Point[] = []
    for (let i = 0; i < found.length; i += 2)
      all.push({ lonDeg: longitude(found[i]), latDeg: latitude(found[i + 1], name) })
    // DALI 1.2 §3.10 discourages repeating the first vertex at the end; it is no corner of its own.
    const vertices = all.filter((point, i) => !samePoint(point, all[(i + 1) % all.length]))
    if (vertices.length < 3)
      throw usageError(`${name} needs at least 3 different vertices, got ${vertices.length}`, name)
    return { kind: 'polygon', vertices }
  },
  format: ({ vertices }) =>
    vertices.map(({ lonDeg, latDeg }) => `${formatNumber(lonDeg)} ${formatNumber(latDeg)}`).join(' '),
}

const samePoint = (a: Point, b: Point) => a.latDeg === b.latDeg && (a.lonDeg === b.lonDeg || Math.abs(a.latDeg) === 90)

export const range: Literal<Range> = {
  datatype: 'double',
  arraysize: '4',
  xtype: 'range',
  parse(text, name) {
    const found = numbers(text, name, { infinite: true })
    if (found.length !== 4) throw usageError(`${name} needs 4 numbers, got ${found.length}: ${quoted(text)}`, name)
    const [lon1, lon2, lat1, lat2] = found
    if ([lon1, lat1].includes(Number.POSITIVE_INFINITY) || [lon2, lat2].includes(Number.NEGATIVE_INFINITY))
      throw usageError(`${name} is an empty range: ${quoted(text)}`, name)
    const latMinDeg = latitude(lat1 === Number.NEGATIVE_INFINITY ? -90 : lat1, name)
    const latMaxDeg = latitude(lat2 === Number.POSITIVE_INFINITY ? 90 : lat2, name)
    if (latMinDeg > latMaxDeg)
      throw usageError(`${name} needs its lower latitude first, got ${latMinDeg} ${latMaxDeg}`, name)
    const whole = !Number.isFinite(lon1) || !Number.isFinite(lon2) || lon2 - lon1 >= 360
    // SODA 1.0 §3.3.2 opens a range by an infinity; one infinite longitude alone has no other end on a circle.
    if (whole) return { kind: 'range', lonMinDeg: 0, lonMaxDeg: 360, latMinDeg, latMaxDeg }
    // 350 360 ends at the meridian, which reduced is 0: then the range is taken as crossing it.
    return { kind: 'range', lonMinDeg: longitude(lon1), lonMaxDeg: longitude(lon2), latMinDeg, latMaxDeg }
  },
  format: ({ lonMinDeg, lonMaxDeg, latMinDeg, latMaxDeg }) =>
    [lonMinDeg, lonMaxDeg, latMinDeg, latMaxDeg].map(formatNumber).join(' '),
}

/** POS: a shape with its keyword (SODA 1.0 §3.3.2). Keywords are upper case, as values are case-sensitive. */
export const pos: Literal<Shape> = {
  datatype: 'char',
  arraysize: '*',
  parse(text, name) {
    const match = /^\s*(\S+)(?:\s+(.*))?$/s.exec(text)
    const rest = match?.[2] ?? ''
    const label = `${name} ${match?.[1] ?? ''}`
    if (match?.[1] === 'CIRCLE') return circle.parse(rest, label)
    if (match?.[1] === 'RANGE') return range.parse(rest, label)
    if (match?.[1] === 'POLYGON') return polygon.parse(rest, label)
    throw usageError(`${name} needs CIRCLE, RANGE or POLYGON and numbers, got ${quoted(text)}`, name)
  },
  format: (shape) => `${shape.kind.toUpperCase()} ${formatShape(shape)}`,
}

export function formatShape(shape: Shape): string {
  if (shape.kind === 'circle') return circle.format(shape)
  return shape.kind === 'polygon' ? polygon.format(shape) : range.format(shape)
}
