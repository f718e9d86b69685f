// The conditions that geometry makes: CONTAINS, INTERSECTS, and distances compared with a number. Every spelling of a cone
// becomes one node, `within`; what two constants say is a constant.

import type { ComparisonOperator } from './ast.ts'
import type { CallNode } from './bind-call.ts'
import {
  constantNumber,
  distance,
  distancePoints,
  double,
  geometryArguments,
  pointOf,
  shaped,
} from './bind-geometry.ts'
import type { BoundCondition, BoundValue } from './bound.ts'
import { distanceDeg, pointShape, shapeContains, shapesIntersect } from './constant.ts'
import { fail, type Scope } from './scope.ts'

export function containsCondition(node: CallNode, scope: Scope, negated: boolean): BoundCondition {
  const [inside, region] = geometryArguments(node, 'CONTAINS', scope)
  if (region.type === 'point')
    throw fail(
      scope,
      node.args[1].at,
      'wrong-type',
      'argument 2 of CONTAINS is a region, got POINT; the point comes first',
      'a region',
    )
  return contained(inside, region, negated)
}

function contained(inside: BoundValue, region: BoundValue, negated: boolean): BoundCondition {
  if (inside.type === 'point') {
    if (region.kind === 'circle') return within(inside, region.center, region.radius, true, negated)
    if (region.kind === 'shape') {
      const { shape } = region
      if (shape.kind === 'circle')
        return within(inside, shaped(pointShape(shape.lonDeg, shape.latDeg)), double(shape.radiusDeg), true, negated)
      const known = inside.kind === 'shape' ? shapeContains(shape, inside.shape) : undefined
      if (known !== undefined) return { kind: 'constant', value: known !== negated }
    }
  }
  return { kind: 'contains', inside, region, negated }
}

/** A point on either side makes it CONTAINS (ADQL 2.1 §4.2.16 keeps that of 2.0). */
export function intersectsCondition(node: CallNode, scope: Scope, negated: boolean): BoundCondition {
  const [left, right] = geometryArguments(node, 'INTERSECTS', scope)
  if (left.type === 'point' && right.type === 'point') return within(left, right, double(0), true, negated)
  if (left.type === 'point') return contained(left, right, negated)
  if (right.type === 'point') return contained(right, left, negated)
  const known = left.kind === 'shape' && right.kind === 'shape' ? shapesIntersect(left.shape, right.shape) : undefined
  if (known !== undefined) return { kind: 'constant', value: known !== negated }
  return { kind: 'intersects', left, right, negated }
}

/** DISTANCE compared with a number. */
export function withinCondition(
  node: CallNode,
  operator: ComparisonOperator,
  radius: BoundValue,
  scope: Scope,
): BoundCondition {
  const [a, b] = distancePoints(node, scope)
  const less = operator === '<' || operator === '<='
  return within(a, b, radius, operator === '<=' || operator === '>', !less)
}

function within(
  a: BoundValue,
  b: BoundValue,
  radius: BoundValue,
  inclusive: boolean,
  negated: boolean,
): BoundCondition {
  const [left, right] = a.kind === 'shape' && b.kind !== 'shape' ? [b, a] : [a, b]
  const number = constantNumber(radius)
  const known = number === undefined ? radius : double(number)
  const [first, second] = [pointOf(left), pointOf(right)]
  if (number !== undefined && first && second) {
    const apart = distanceDeg(first, second)
    return { kind: 'constant', value: (inclusive ? apart <= number : apart < number) !== negated }
  }
  // No circle has such a radius, so no index can help.
  if (number !== undefined && (number < 0 || number >= 180)) {
    const operator: ComparisonOperator = negated ? (inclusive ? '>' : '>=') : inclusive ? '<=' : '<'
    return { kind: 'compare', operator, left: distance(left, right), right: known }
  }
  return { kind: 'within', left, right, radius: known, inclusive, negated }
}
