// Constant geometry: its text, the circle around it and the box of unit vectors that an R-tree is asked for.

import { type Box, bounds, capBox, degToRad, EDGE_RAD, footprint, isSimple, lonLatDeg } from '#src/sky'
import type { Shape } from '../bound.ts'
import { regionOf } from '../constant.ts'
import { AdqlError } from '../errors.ts'

export function shapeText(shape: Shape): string {
  switch (shape.kind) {
    case 'point':
      return `${shape.lonDeg} ${shape.latDeg}`
    case 'circle':
      return `${shape.lonDeg} ${shape.latDeg} ${shape.radiusDeg}`
    case 'polygon':
      return shape.verticesDeg.join(' ')
    case 'moc':
      return shape.ascii
  }
}

/** pg_sphere's form. */
export function spolyText(verticesDeg: readonly number[]): string {
  const pairs: string[] = []
  for (let i = 0; i + 1 < verticesDeg.length; i += 2)
    pairs.push(`(${plain(verticesDeg[i])}d,${plain(verticesDeg[i + 1])}d)`)
  return `{${pairs.join(',')}}`
}

const plain = (deg: number) => (/e/.test(`${deg}`) ? deg.toFixed(20) : `${deg}`)

/** pg_sphere refuses what crosses itself, src/sky does not: nobody may ask for it. */
export function checkPolygon(verticesDeg: readonly number[]): void {
  const shape = footprint(verticesDeg.map(degToRad))
  if (!shape) throw new AdqlError('bad-value', 'a POLYGON needs three different vertices and fits in a hemisphere')
  if (verticesDeg.length <= 400 && !isSimple(shape))
    throw new AdqlError('bad-value', 'the edges of a POLYGON meet only at its vertices, these cross or touch')
}

/** The box around the circle around a shape, a little wider than the boundary's width and the R-tree's 32 bits. */
export function shapeBox(shape: Exclude<Shape, { kind: 'moc' }>, moreRad = 0): Box {
  const circle =
    shape.kind === 'point' ? { ...lonLatDeg(shape.lonDeg, shape.latDeg), radiusRad: 0 } : bounds(regionOf(shape)!)
  const box = capBox(circle.lonRad, circle.latRad, Math.min(Math.PI, circle.radiusRad + moreRad + 4 * EDGE_RAD))
  return box.map((edge, i) => edge + (i % 2 ? 4 : -4) * EDGE_RAD) as unknown as Box
}
