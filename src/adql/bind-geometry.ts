// Geometry: constructors (constants become shapes) and the functions on it; what it makes in comparisons is in
// bind-geometry-condition.ts.
// Longitudes and latitudes are degrees. A coordinate system argument (deprecated since ADQL 2.1) turns constants into ICRS at
// once and other values by ivo_geom_transform.

import { type Frame, regionAreaSr } from '#src/sky'
import type { Expression } from './ast.ts'
import { bindArguments, type CallNode } from './bind-call.ts'
import { containsCondition, intersectsCondition } from './bind-geometry-condition.ts'
import { bindValue } from './bind-value.ts'
import type { BoundValue, Shape } from './bound.ts'
import {
  boxShape,
  circleShape,
  distanceDeg,
  frameOf,
  parseStcs,
  pointShape,
  polygonShape,
  regionOf,
  turnShape,
} from './constant.ts'
import { findFunction } from './functions.ts'
import { mocOfShape, mocOfText } from './moc-literal.ts'
import { fail, type Scope } from './scope.ts'
import { isGeometry, isNumeric, nameOfType } from './types.ts'

const MOST_MOCS = 4
const SQUARE_DEGREES = (180 / Math.PI) ** 2

export const double = (value: number): BoundValue => ({ kind: 'literal', type: 'double', value })
const text = (value: string): BoundValue => ({ kind: 'literal', type: 'string', value })
export const shaped = (shape: Shape): BoundValue => ({ kind: 'shape', type: shape.kind, shape })

/** The number that a value is whatever the row; undefined where it needs one. */
export function constantNumber(value: BoundValue): number | undefined {
  if (value.kind === 'literal')
    return typeof value.value === 'number' || typeof value.value === 'bigint' ? Number(value.value) : undefined
  if (value.kind === 'negate') {
    const operand = constantNumber(value.operand)
    return operand === undefined ? undefined : -operand
  }
  if (value.kind !== 'arithmetic') return undefined
  const [left, right] = [constantNumber(value.left), constantNumber(value.right)]
  if (left === undefined || right === undefined) return undefined
  switch (value.operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/': {
      if (right === 0) return undefined
      return value.type === 'double' || value.type === 'float' ? left / right : Math.trunc(left / right)
    }
  }
}

/** What a RangeError of constant.ts says, at the place where it was written. */
function stated<T>(at: number, scope: Scope, make: () => T, problem = (why: string) => why): T {
  try {
    return make()
  } catch (error) {
    if (error instanceof RangeError) throw fail(scope, at, 'bad-value', problem(error.message))
    throw error
  }
}

export function bindGeometryCall(node: CallNode, name: string, scope: Scope): BoundValue {
  switch (name) {
    case 'POINT':
    case 'CIRCLE':
    case 'POLYGON':
    case 'BOX':
      return construct(node, name, scope)
    case 'REGION': {
      const [stcs] = bindArguments(node, findFunction(name)!, scope).args
      return stcsShape(node.args[0], stcs, scope)
    }
    case 'MOC':
      return bindMoc(node, scope)
    case 'CONTAINS':
      return { kind: 'indicator', condition: containsCondition(node, scope, false), type: 'int' }
    case 'INTERSECTS':
      return { kind: 'indicator', condition: intersectsCondition(node, scope, false), type: 'int' }
    case 'DISTANCE': {
      const [a, b] = distancePoints(node, scope)
      return distance(a, b)
    }
    case 'ivo_geom_transform':
      return bindTransform(node, scope)
    default:
      return measure(name, geometryArguments(node, name, scope)[0])
  }
}

/** AREA, CENTROID, COORD1, COORD2, COORDSYS. */
function measure(name: string, value: BoundValue): BoundValue {
  const shape = value.kind === 'shape' ? value.shape : undefined
  switch (name) {
    case 'COORDSYS':
      return text('ICRS')
    case 'COORD1':
    case 'COORD2': {
      if (shape?.kind === 'point') return double(name === 'COORD1' ? shape.lonDeg : shape.latDeg)
      if (value.kind !== 'point') return { kind: 'call', name, args: [value], type: 'double' }
      const own = name === 'COORD1' ? value.lon : value.lat
      return own.type === 'double' ? own : { kind: 'cast', operand: own, type: 'double' }
    }
    case 'CENTROID':
      if (value.type === 'point') return value
      if (shape?.kind === 'circle') return shaped(pointShape(shape.lonDeg, shape.latDeg))
      return value.kind === 'circle' ? value.center : { kind: 'call', name, args: [value], type: 'point' }
    default: {
      if (shape?.kind === 'point') return double(0)
      const region = shape && regionOf(shape)
      return region
        ? double(regionAreaSr(region) * SQUARE_DEGREES)
        : { kind: 'call', name, args: [value], type: 'double' }
    }
  }
}

/** Geometry arguments; text that stands in the query is read as STC-S. */
export function geometryArguments(node: CallNode, name: string, scope: Scope): BoundValue[] {
  const { args } = findFunction(name)!.signatures[0]
  if (node.args.length !== args.length)
    throw fail(
      scope,
      node.at,
      'wrong-arguments',
      `${name} has ${node.args.length} arguments, expected ${name}(${args.map((arg) => arg.name).join(', ')})`,
    )
  return node.args.map((arg, i) => {
    const value = geometryValue(arg, scope)
    const wanted = args[i].type === 'point' ? 'a point' : 'a geometry'
    if (!isGeometry(value.type) || (wanted === 'a point' && value.type !== 'point' && value.type !== 'null'))
      throw fail(
        scope,
        arg.at,
        'wrong-type',
        `argument ${i + 1} of ${name} is ${wanted}, got ${nameOfType(value.type)}`,
        wanted,
      )
    return value
  })
}

function geometryValue(node: Expression, scope: Scope): BoundValue {
  const value = bindValue(node, scope)
  return value.kind === 'literal' && value.type === 'string' ? stcsShape(node, value, scope) : value
}

function stcsShape(node: Expression, value: BoundValue, scope: Scope): BoundValue {
  return shapeOfText('region', value.kind === 'literal' ? String(value.value) : '', node.at, scope, parseStcs)
}

/** `what` the text should say, in the words of a message. */
export function shapeOfText(what: string, text: string, at: number, scope: Scope, parse: (text: string) => Shape) {
  const problem = (why: string) => `'${text.slice(0, 60)}' is no ${what}: ${why}`
  return shaped(stated(at, scope, () => parse(text), problem))
}

function frameAt(node: Expression, coordsys: string, scope: Scope): Frame {
  const frame = frameOf(coordsys)
  if (frame) return frame
  throw fail(
    scope,
    node.at,
    'unsupported',
    `the coordinate system '${coordsys.slice(0, 40)}' is not known; there are ICRS, FK5, GALACTIC and ECLIPTIC`,
    'ICRS',
  )
}

function construct(node: CallNode, name: string, scope: Scope): BoundValue {
  const [first] = node.args
  const coordsys = first?.kind === 'string' ? first : undefined
  const frame = coordsys ? frameAt(coordsys, coordsys.value, scope) : 'ICRS'
  const plain: CallNode = coordsys ? { ...node, args: node.args.slice(1) } : node
  const { args } = bindArguments(plain, findFunction(name)!, scope)
  const value = stated(node.at, scope, () => build(node, name, args, scope))
  if (frame === 'ICRS') return value
  if (value.kind === 'shape') return shaped(turnShape(value.shape, frame, 'ICRS'))
  return { kind: 'call', name: 'ivo_geom_transform', args: [text(frame), text('ICRS'), value], type: value.type }
}

function makePoint(lon: BoundValue, lat: BoundValue): BoundValue {
  const [lonDeg, latDeg] = [constantNumber(lon), constantNumber(lat)]
  if (lonDeg !== undefined && latDeg !== undefined) return shaped(pointShape(lonDeg, latDeg))
  return { kind: 'point', lon, lat, type: 'point' }
}

function build(node: CallNode, name: string, args: readonly BoundValue[], scope: Scope): BoundValue {
  if (name === 'POINT') return makePoint(args[0], args[1])
  if (name === 'POLYGON') return makePolygon(node, args, scope)
  const byPoint = !isNumeric(args[0].type) || args.length === (name === 'CIRCLE' ? 2 : 3)
  const center = byPoint ? args[0] : makePoint(args[0], args[1])
  const sizes = args.slice(byPoint ? 1 : 2)
  const numbers = sizes.map(constantNumber)
  const shape = pointOf(center)
  if (name === 'CIRCLE') {
    if (shape && numbers[0] !== undefined) return shaped(circleShape(shape.lonDeg, shape.latDeg, numbers[0]))
    if (numbers[0] !== undefined) circleShape(0, 0, numbers[0])
    return { kind: 'circle', center, radius: sizes[0], type: 'circle' }
  }
  if (shape && numbers[0] !== undefined && numbers[1] !== undefined)
    return shaped(boxShape(shape.lonDeg, shape.latDeg, numbers[0], numbers[1]))
  return { kind: 'call', name: 'BOX', args: [center, ...sizes], type: 'polygon' }
}

function makePolygon(node: CallNode, args: readonly BoundValue[], scope: Scope): BoundValue {
  const numeric = args.every(({ type }) => isNumeric(type))
  const count = numeric ? args.length / 2 : args.length
  if (count < 3 || !Number.isInteger(count))
    throw fail(
      scope,
      node.at,
      'wrong-arguments',
      `POLYGON needs 3 or more vertices, got ${args.length} ${numeric ? 'numbers' : 'points'}`,
    )
  const vertices = numeric
    ? Array.from({ length: count }, (_, i) => makePoint(args[2 * i], args[2 * i + 1]))
    : [...args]
  const points = vertices.flatMap((vertex) => pointOf(vertex) ?? [])
  if (points.length === count) return shaped(polygonShape(points.flatMap(({ lonDeg, latDeg }) => [lonDeg, latDeg])))
  return { kind: 'polygon', vertices, type: 'polygon' }
}

function bindMoc(node: CallNode, scope: Scope): BoundValue {
  const { args } = bindArguments(node, findFunction('MOC')!, scope)
  return stated(node.at, scope, () => {
    if (args.length === 1) return shaped(mocOfText(args[0].kind === 'literal' ? String(args[0].value) : ''))
    const order = constantNumber(args[0])
    if (order === undefined || args[1].kind !== 'shape')
      throw fail(scope, node.at, 'unsupported', 'MOC(order, region) takes constants only')
    if (++scope.binding.mocs > MOST_MOCS)
      throw fail(scope, node.at, 'too-many', `a query makes at most ${MOST_MOCS} MOCs of regions`)
    return shaped(mocOfShape(order, args[1].shape))
  })
}

function bindTransform(node: CallNode, scope: Scope): BoundValue {
  const { args } = bindArguments(node, findFunction('ivo_geom_transform')!, scope)
  const [from, to] = args
    .slice(0, 2)
    .map((arg, i) => frameAt(node.args[i], arg.kind === 'literal' ? String(arg.value) : '', scope))
  const value = args[2]
  if (value.kind === 'shape') return shaped(turnShape(value.shape, from, to))
  return { kind: 'call', name: 'ivo_geom_transform', args: [text(from), text(to), value], type: value.type }
}

export function distancePoints(node: CallNode, scope: Scope): [BoundValue, BoundValue] {
  if (node.args.length === 2) {
    const [a, b] = geometryArguments(node, 'DISTANCE', scope)
    return [a, b]
  }
  const { args } = bindArguments(node, findFunction('DISTANCE')!, scope)
  return stated(node.at, scope, () => [makePoint(args[0], args[1]), makePoint(args[2], args[3])])
}

type PointShape = Extract<Shape, { kind: 'point' }>
export const pointOf = (value: BoundValue): PointShape | undefined =>
  value.kind === 'shape' && value.shape.kind === 'point' ? value.shape : undefined

export function distance(a: BoundValue, b: BoundValue): BoundValue {
  const [first, second] = [pointOf(a), pointOf(b)]
  return first && second
    ? double(distanceDeg(first, second))
    : { kind: 'call', name: 'DISTANCE', args: [a, b], type: 'double' }
}
