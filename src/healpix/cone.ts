// Cells that a cone (a circle on the sphere) touches.

import { angle, angleToArc, ROUNDING, unitVector } from './arc.ts'
import {
  BEND,
  type CellOutline,
  type CoverOptions,
  cellRadius,
  cover,
  listCells,
  type Shape,
  wholeSky,
} from './cover.ts'
import { HealpixError } from './errors.ts'
import { hash } from './nested.ts'
import { checkOrder } from './order.ts'

function coneShape(order: number, lonRad: number, latRad: number, radiusRad: number): Shape<'edge'> {
  const axis = unitVector(lonRad, latRad)
  const axisCell = hash(order, lonRad, latRad)
  return {
    start: 'edge',
    narrow(centre, radius) {
      const away = angle(centre, axis)
      if (away > radiusRad + radius + ROUNDING) return 'out'
      return away + radius <= radiusRad ? 'in' : 'edge'
    },
    touches(cell: CellOutline) {
      const { npix, centre } = cell
      const away = angle(centre, axis)
      if (npix === axisCell || away <= radiusRad) return true
      const radius = cellRadius(centre, cell.corners())
      if (away > radiusRad + radius + ROUNDING) return false
      const points = cell.points()
      const reach = radiusRad + BEND * radius + ROUNDING
      return points.some((point, k) => angleToArc(axis, point, points[(k + 1) % points.length]) <= reach)
    },
  }
}

/**
 * Ranges [start, end) of the cells of `order` that a cone touches, its edge included. Radius 0 to pi; a radius of 0
 * gives the cell of the point (and those it shares an edge with).
 */
export function coneRanges(
  order: number,
  lonRad: number,
  latRad: number,
  radiusRad: number,
  options: CoverOptions = {},
): Float64Array {
  checkOrder(order)
  if (!(radiusRad >= 0))
    throw new HealpixError('bad-region', `a cone needs a radius of 0 or more, got ${radiusRad} rad`)
  const shape = coneShape(order, lonRad, latRad, radiusRad)
  return radiusRad >= Math.PI ? wholeSky(order) : cover(order, shape, options)
}

/** The same as a list of cells, ascending. */
export function coneCells(
  order: number,
  lonRad: number,
  latRad: number,
  radiusRad: number,
  options: CoverOptions = {},
): number[] {
  return listCells(coneRanges(order, lonRad, latRad, radiusRad, options), options)
}
