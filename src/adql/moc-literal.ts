// Coverage maps that stand in a query: their ASCII form (MOC 2.0 §4.3.2), and the cells of an order that touch a shape.

import { MocError, mocAscii, mocOfCone, mocOfPolygon, parseMocAscii } from '#src/moc'
import { degToRad } from '#src/sky'
import type { Shape } from './bound.ts'
import { regionOf } from './constant.ts'

/** About 10,000 cells at most lie on the edge of a region at this order. */
const LARGEST_ORDER = 9

/** Throws RangeError. */
export function mocOfText(text: string): Shape {
  try {
    return { kind: 'moc', ascii: mocAscii(parseMocAscii(text)) }
  } catch (error) {
    if (error instanceof MocError) throw new RangeError(`'${text.slice(0, 60)}' is no MOC: ${error.message}`)
    throw error
  }
}

/** Throws RangeError. */
export function mocOfShape(order: number, shape: Shape): Shape {
  if (!Number.isInteger(order) || order < 0 || order > LARGEST_ORDER)
    throw new RangeError(`the order of a MOC that is made here is 0 to ${LARGEST_ORDER}, got ${order}`)
  if (shape.kind === 'moc') throw new RangeError('MOC(order, region) takes a point, a circle or a polygon, got a MOC')
  const region = regionOf(shape)
  if (region?.kind === 'polygon') return { kind: 'moc', ascii: mocAscii(mocOfPolygon(order, region.vertices)) }
  const { lonDeg, latDeg } = shape.kind === 'polygon' ? { lonDeg: 0, latDeg: 0 } : shape
  const radius = shape.kind === 'circle' ? shape.radiusDeg : 0
  return { kind: 'moc', ascii: mocAscii(mocOfCone(order, degToRad(lonDeg), degToRad(latDeg), degToRad(radius))) }
}
