// Geometry of the bound tree as SQL. CONTAINS, INTERSECTS and small DISTANCEs ask the index of a column (bindings.regions,
// bindings.positions) first where one side is such a column and the other does not read the same table.

import type { BoundCondition, BoundSource, BoundTable, BoundValue, Shape } from '../bound.ts'
import { AdqlError } from '../errors.ts'
import type { RTree } from './bindings.ts'
import { alias, type Context, type Parts, quote } from './context.ts'
import type { Indexed, Side } from './predicates.ts'
import { checkPolygon, shapeText } from './shape.ts'

export function partsOf(context: Context, node: BoundValue): Parts {
  const { dialect } = context
  switch (node.kind) {
    case 'shape':
      return shapeParts(context, node.shape)
    case 'point':
      return { kind: 'point', lon: context.as(node.lon, 'double'), lat: context.as(node.lat, 'double') }
    case 'circle':
      return { kind: 'circle', ...coordinates(context, node.center), radius: context.as(node.radius, 'double') }
    case 'polygon':
      return {
        kind: 'polygon',
        coordinates: node.vertices.flatMap((vertex) => {
          const { lon, lat } = coordinates(context, vertex)
          return [lon, lat]
        }),
      }
    default:
      return { kind: 'text', text: node.type === 'null' ? dialect.nullOf('region') : context.value(node) }
  }
}

function shapeParts(context: Context, shape: Shape): Parts {
  const { double } = context.dialect
  switch (shape.kind) {
    case 'point':
      return { kind: 'point', lon: double(shape.lonDeg), lat: double(shape.latDeg) }
    case 'circle':
      return { kind: 'circle', lon: double(shape.lonDeg), lat: double(shape.latDeg), radius: double(shape.radiusDeg) }
    case 'polygon':
      checkPolygon(shape.verticesDeg)
      return { kind: 'text', text: context.param(shapeText(shape), 'text') }
    case 'moc':
      return { kind: 'text', text: context.param(shape.ascii, 'text') }
  }
}

/** Longitude and latitude of a value of type point. */
export function coordinates(context: Context, node: BoundValue): { lon: string; lat: string } {
  const parts = partsOf(context, node)
  if (parts.kind === 'point') return { lon: parts.lon, lat: parts.lat }
  const text = parts.kind === 'text' ? parts.text : context.dialect.text(parts)
  const { COORD1, COORD2 } = context.dialect.calls
  return { lon: COORD1(text), lat: COORD2(text) }
}

/** As text for results. */
export function text(context: Context, node: BoundValue): string {
  if (node.kind === 'shape') {
    if (node.shape.kind === 'polygon') checkPolygon(node.shape.verticesDeg)
    return context.param(shapeText(node.shape), 'text')
  }
  return context.dialect.text(partsOf(context, node))
}

type Contains = Extract<BoundCondition, { kind: 'contains' }>
type Intersects = Extract<BoundCondition, { kind: 'intersects' }>
type Within = Extract<BoundCondition, { kind: 'within' }>

export function contains(context: Context, { inside, region }: Contains, indexable: boolean): string {
  if (region.type === 'moc') return inMoc(context, inside, region)
  const { predicates } = context.dialect
  const outer = side(context, region)
  const inner = side(context, inside)
  const exact = predicates.contains(context, inner, outer)
  if (!indexable) return exact
  if (outer.indexed && !reads(inside, outer.indexed.source))
    return predicates.indexed(context, outer.indexed, inner, exact)
  if (inner.indexed && !reads(region, inner.indexed.source))
    return predicates.indexed(context, inner.indexed, outer, exact)
  return exact
}

export function intersects(context: Context, { left, right }: Intersects, indexable: boolean): string {
  if (left.type === 'moc' || right.type === 'moc')
    throw new AdqlError('unsupported', 'a MOC is asked whether it CONTAINS a POINT, INTERSECTS is not supported')
  const { predicates } = context.dialect
  const [a, b] = [side(context, left), side(context, right)]
  const exact = predicates.intersects(context, a, b)
  if (!indexable) return exact
  if (a.indexed && !reads(right, a.indexed.source)) return predicates.indexed(context, a.indexed, b, exact)
  if (b.indexed && !reads(left, b.indexed.source)) return predicates.indexed(context, b.indexed, a, exact)
  return exact
}

export function within(context: Context, node: Within, indexable: boolean): string {
  const { predicates } = context.dialect
  const [a, b] = [side(context, node.left), side(context, node.right)]
  const [p, q] = [coordinates(context, node.left), coordinates(context, node.right)]
  const radius = context.as(node.radius, 'double')
  const operator = node.negated ? (node.inclusive ? '>' : '>=') : node.inclusive ? '<=' : '<'
  const exact = `(${context.dialect.distance(p.lon, p.lat, q.lon, q.lat)} ${operator} ${radius})`
  if (!indexable) return exact
  const constant = node.radius.kind === 'literal' && node.radius.value !== null ? Number(node.radius.value) : undefined
  for (const [own, other, point, value] of [
    [a, b, q, node.right],
    [b, a, p, node.left],
  ] as const) {
    const { indexed } = own
    if (!indexed?.position || reads(value, indexed.source) || reads(node.radius, indexed.source)) continue
    return predicates.near(context, indexed, { ...other, parts: { kind: 'point', ...point } }, radius, constant, exact)
  }
  return exact
}

function side(context: Context, node: BoundValue): Side {
  if (node.kind === 'shape' && node.shape.kind !== 'moc') return { parts: partsOf(context, node), shape: node.shape }
  if (node.kind === 'column' && node.source.kind === 'table') {
    const { source } = node
    const { regions = {} } = context.binding(source.table)
    const name = source.table.columns[node.index].name.toLowerCase()
    const region = Object.entries(regions).find(([key]) => key.toLowerCase() === name)?.[1]
    if (region) {
      const machine = hidden(source, region.machine)
      return {
        parts: { kind: 'text', text: machine },
        machine,
        indexed: { source, machine, position: false, rtree: tree(source, region.rtree) },
      }
    }
  }
  const parts = partsOf(context, node)
  if (node.kind === 'point') {
    const indexed = positionOf(context, node.lon, node.lat)
    if (indexed) return { parts, indexed }
  }
  return { parts }
}

function positionOf(context: Context, lon: BoundValue, lat: BoundValue): Indexed | undefined {
  if (lon.kind !== 'column' || lat.kind !== 'column' || lon.source !== lat.source || lon.source.kind !== 'table') return
  const { source } = lon
  const [first, second] = [lon, lat].map(({ index }) => source.table.columns[index].name.toLowerCase())
  const found = context
    .binding(source.table)
    .positions?.find((pair) => pair.lon.toLowerCase() === first && pair.lat.toLowerCase() === second)
  if (!found) return undefined
  return {
    source,
    position: true,
    machine: found.machine === undefined ? undefined : hidden(source, found.machine),
    rtree: tree(source, found.rtree),
  }
}

const hidden = (source: BoundTable, name: string) => `"${alias(source)}".${quote(name)}`
const tree = (source: BoundTable, rtree: RTree | undefined) =>
  rtree && { table: rtree.table, key: hidden(source, rtree.key) }

/** Whether a value reads a source, or a subquery of which we do not look inside. */
function reads(node: BoundValue, source: BoundSource): boolean {
  switch (node.kind) {
    case 'literal':
    case 'shape':
      return false
    case 'column':
      return node.source === source
    case 'arithmetic':
      return reads(node.left, source) || reads(node.right, source)
    case 'negate':
    case 'cast':
      return reads(node.operand, source)
    case 'concat':
      return node.parts.some((part) => reads(part, source))
    case 'call':
    case 'aggregate':
      return node.args.some((argument) => reads(argument, source))
    case 'point':
      return reads(node.lon, source) || reads(node.lat, source)
    case 'circle':
      return reads(node.center, source) || reads(node.radius, source)
    case 'polygon':
      return node.vertices.some((vertex) => reads(vertex, source))
    case 'subquery':
    case 'indicator':
      return true
  }
}

function inMoc(context: Context, inside: BoundValue, region: BoundValue): string {
  if (inside.type !== 'point' && inside.type !== 'null')
    throw new AdqlError('unsupported', 'a MOC is asked whether it CONTAINS a POINT, no other shape')
  if (region.kind !== 'shape' || region.shape.kind !== 'moc')
    throw new AdqlError('unsupported', "a MOC is given as its text: MOC('4/5-7 5/100')")
  const { lon, lat } = coordinates(context, inside)
  return context.dialect.predicates.inMoc(context, region.shape.ascii, lon, lat)
}
