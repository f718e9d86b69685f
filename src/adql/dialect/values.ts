// Values of the bound tree as SQL expressions.

import type { BoundValue, ColumnValue } from '../bound.ts'
import { findFunction } from '../functions.ts'
import type { AdqlType } from '../types.ts'
import { isInteger } from '../types.ts'
import { condition } from './conditions.ts'
import { alias, balanced, type Context, quote } from './context.ts'
import { coordinates, text } from './geometry.ts'

const EXACT = 2n ** 53n

export function value(context: Context, node: BoundValue): string {
  const { dialect } = context
  switch (node.kind) {
    case 'literal':
      return literal(context, node)
    case 'column':
      return column(node)
    case 'arithmetic': {
      const integer = isInteger(node.type)
      const type = integer ? 'long' : 'double'
      return dialect.arithmetic(node.operator, context.as(node.left, type), context.as(node.right, type), integer)
    }
    case 'negate':
      return `(- ${context.value(node.operand)})`
    case 'concat':
      return balanced(
        node.parts.map((part) => context.as(part, 'string')),
        ' || ',
      )
    case 'call':
      return call(context, node)
    case 'aggregate': {
      const [first] = node.args
      const args = node.args.map((argument) =>
        node.name === 'AVG' || (node.name === 'SUM' && !isInteger(node.type))
          ? context.as(argument, 'double')
          : context.value(argument),
      )
      return dialect.aggregate(node.name, node.distinct, args, node.type, first?.type)
    }
    case 'cast':
      return dialect.cast(context.value(node.operand), node.operand.type, node.type, node.length)
    case 'subquery':
      // More than one row: the first, in both stores (PostgreSQL alone would refuse).
      return `(${context.rows(node.rows, 1)})`
    case 'indicator':
      return dialect.indicator(condition(context, node.condition))
    case 'shape':
    case 'point':
    case 'circle':
    case 'polygon':
      return text(context, node)
  }
}

function literal(context: Context, { type, value: constant }: Extract<BoundValue, { kind: 'literal' }>): string {
  if (constant === null) return type === 'null' ? 'NULL' : context.dialect.nullOf(type)
  if (typeof constant === 'boolean') return context.dialect.boolean(constant)
  if (typeof constant === 'string') return context.param(constant, 'text')
  if (typeof constant === 'bigint')
    return constant < -EXACT || constant > EXACT ? context.param(constant, 'bigint') : signed(`${constant}`)
  return isInteger(type) && Number.isSafeInteger(constant) ? signed(`${constant}`) : context.dialect.double(constant)
}

const signed = (digits: string) => (digits.startsWith('-') ? `(${digits})` : digits)

export function column({ source, index }: ColumnValue): string {
  const name = source.kind === 'table' ? source.table.columns[index].name.toLowerCase() : `c${index + 1}`
  return `"${alias(source)}".${quote(name)}`
}

/** With the store's type for `type`, where the value has another. */
export function as(context: Context, node: BoundValue, type: AdqlType): string {
  const { dialect } = context
  if (node.type === 'null') return dialect.nullOf(type)
  const floating = type === 'double' || type === 'float'
  if (node.kind === 'literal' && typeof node.value === 'number' && floating) return dialect.double(node.value)
  if (node.kind === 'literal' && typeof node.value === 'bigint' && floating) return dialect.double(Number(node.value))
  const expression = context.value(node)
  if (node.type === type) return expression
  if (floating || isInteger(type)) return dialect.cast(expression, node.type, type)
  return expression
}

function call(context: Context, { name, args, type }: Extract<BoundValue, { kind: 'call' }>): string {
  const { calls } = context.dialect
  switch (name) {
    case 'COALESCE':
      return `COALESCE(${args.map((argument) => context.as(argument, type)).join(', ')})`
    case 'COORD1':
      return coordinates(context, args[0]).lon
    case 'COORD2':
      return coordinates(context, args[0]).lat
    case 'DISTANCE': {
      const [p, q] = args.map((point) => coordinates(context, point))
      return context.dialect.distance(p.lon, p.lat, q.lon, q.lat)
    }
    case 'BOX': {
      const [center, ...sizes] = args
      const { lon, lat } = coordinates(context, center)
      return calls.BOX(lon, lat, ...sizes.map((size) => context.as(size, 'double')))
    }
    case 'ivo_healpix_index': {
      const p =
        args.length === 3
          ? { lon: context.as(args[1], 'double'), lat: context.as(args[2], 'double') }
          : coordinates(context, args[1])
      return calls.ivo_healpix_index(context.value(args[0]), p.lon, p.lat)
    }
    case 'MOD':
      if (isInteger(type)) return calls.MOD_INTEGER(context.as(args[0], 'long'), context.as(args[1], 'long'))
  }
  const taken = findFunction(name)!.signatures[0].args
  const emitted = args.map((argument, i) =>
    taken[i].type === 'numeric' ? context.as(argument, 'double') : context.value(argument),
  )
  return calls[name]?.(...emitted) ?? `${name.toLowerCase()}(${emitted.join(', ')})`
}
