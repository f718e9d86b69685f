// Values with their types.

import type { Expression } from './ast.ts'
import { bindCall } from './bind-call.ts'
import { shapeOfText } from './bind-geometry.ts'
import { bindOneColumn } from './bind-rows.ts'
import type { BoundValue } from './bound.ts'
import { parseDali, parseTimestamp } from './constant.ts'
import { fail, findColumn, type Scope } from './scope.ts'
import { type AdqlType, isNumeric, isText, nameOfType, promote } from './types.ts'

export function bindValue(node: Expression, scope: Scope): BoundValue {
  switch (node.kind) {
    case 'number':
      return numberLiteral(node.text, node.at, scope)
    case 'string':
      return { kind: 'literal', type: 'string', value: node.value }
    case 'boolean':
      return { kind: 'literal', type: 'boolean', value: node.value }
    case 'null':
      return { kind: 'literal', type: 'null', value: null }
    case 'column':
      return findColumn(scope, node.name, node.at)
    case 'sign':
      return bindSign(node, scope)
    case 'binary':
      return node.operator === '||' ? bindConcat(node, scope) : bindArithmetic(node, scope)
    case 'call':
      return bindCall(node, scope)
    case 'cast':
      return bindCast(node, scope)
    case 'subquery': {
      const rows = bindOneColumn('a subquery that is a value', node.rows, node.at, scope)
      return { kind: 'subquery', rows, type: rows.columns[0].type }
    }
    default:
      throw fail(scope, node.at, 'syntax', 'expected a value, found a condition', 'a value')
  }
}

const LARGEST_LONG = 2n ** 63n - 1n

function numberLiteral(text: string, at: number, scope: Scope): BoundValue {
  if (/^(?:\d+|0[xX][\da-fA-F]+)$/.test(text)) {
    // More digits than any integer type has: still a number.
    const exact = text.length <= 40 ? BigInt(text) : LARGEST_LONG + 1n
    if (exact <= 0x7fff_ffffn) return { kind: 'literal', type: 'int', value: Number(exact) }
    if (exact <= BigInt(Number.MAX_SAFE_INTEGER)) return { kind: 'literal', type: 'long', value: Number(exact) }
    if (exact <= LARGEST_LONG) return { kind: 'literal', type: 'long', value: exact }
  }
  const value = Number(text)
  if (!Number.isFinite(value))
    throw fail(scope, at, 'bad-value', `${text.slice(0, 40)} is too large for a number`, 'a number below 1.8E308')
  return { kind: 'literal', type: 'double', value }
}

function bindSign({ operator, operand, at }: Extract<Expression, { kind: 'sign' }>, scope: Scope): BoundValue {
  const value = numeric(operand, scope, `the sign ${operator}`, at)
  if (operator === '+') return value
  if (value.kind === 'literal' && typeof value.value === 'number')
    return { ...value, value: value.value === 0 && value.type !== 'double' ? 0 : -value.value }
  if (value.kind === 'literal' && typeof value.value === 'bigint') return { ...value, value: -value.value }
  return { kind: 'negate', operand: value, type: value.type }
}

function numeric(node: Expression, scope: Scope, who: string, at = node.at): BoundValue {
  const value = bindValue(node, scope)
  if (isNumeric(value.type)) return value
  throw fail(scope, at, 'wrong-type', `${who} takes numbers, got ${nameOfType(value.type)}`, 'a number')
}

function bindArithmetic(node: Extract<Expression, { kind: 'binary' }>, scope: Scope): BoundValue {
  const { operator, at } = node
  const who = `the operator ${operator}`
  const left = numeric(node.left, scope, who, at)
  const right = numeric(node.right, scope, who, at)
  const both = promote(left.type, right.type)
  const type: AdqlType = both === 'null' ? 'double' : both
  if (operator === '%') return { kind: 'call', name: 'MOD', args: [left, right], type: 'double' }
  return { kind: 'arithmetic', operator: operator as '+', left, right, type }
}

function bindConcat(node: Extract<Expression, { kind: 'binary' }>, scope: Scope): BoundValue {
  const parts: BoundValue[] = []
  const add = (one: Expression): void => {
    if (one.kind === 'binary' && one.operator === '||') {
      add(one.left)
      add(one.right)
      return
    }
    const value = bindValue(one, scope)
    if (!isText(value.type))
      throw fail(
        scope,
        one.at,
        'wrong-type',
        `|| joins strings, got ${nameOfType(value.type)}; use CAST(... AS VARCHAR)`,
        'a string',
      )
    parts.push(value)
  }
  add(node)
  return { kind: 'concat', parts, type: 'string' }
}

const CAST_RESULTS: Readonly<Record<string, AdqlType>> = {
  SMALLINT: 'short',
  INTEGER: 'int',
  BIGINT: 'long',
  REAL: 'float',
  'DOUBLE PRECISION': 'double',
  CHAR: 'string',
  VARCHAR: 'string',
  TIMESTAMP: 'timestamp',
  POINT: 'point',
  CIRCLE: 'circle',
  POLYGON: 'polygon',
}

/** ADQL 2.1 §4.7.1, table of allowed casts. */
function bindCast(node: Extract<Expression, { kind: 'cast' }>, scope: Scope): BoundValue {
  const { target, at } = node
  const operand = bindValue(node.operand, scope)
  const type = CAST_RESULTS[target.name]
  const from = operand.type
  const bad = (expected: string) =>
    fail(scope, at, 'wrong-type', `CAST to ${target.name} takes ${expected}, got ${nameOfType(from)}`, expected)
  if (type === 'timestamp') {
    if (from !== 'string' && from !== 'timestamp' && from !== 'null') throw bad('a string')
    if (operand.kind === 'literal' && typeof operand.value === 'string')
      return timestampLiteral(operand.value, at, scope)
  } else if (type === 'point' || type === 'circle' || type === 'polygon') {
    return castGeometry(operand, type, at, scope)
  } else if (type === 'string') {
    if (!isNumeric(from) && !['string', 'timestamp', 'region', 'boolean'].includes(from))
      throw bad('a number, a string or a time')
  } else if (!isNumeric(from) && from !== 'string' && from !== 'boolean') throw bad('a number or a string')
  return { kind: 'cast', operand, type, ...(target.length !== undefined && { length: target.length }) }
}

export function timestampLiteral(text: string, at: number, scope: Scope): BoundValue {
  const value = parseTimestamp(text)
  if (value === undefined)
    throw fail(
      scope,
      at,
      'bad-value',
      `'${text.slice(0, 60)}' is no time; write YYYY-MM-DD or YYYY-MM-DDThh:mm:ss`,
      'a time',
    )
  return { kind: 'literal', type: 'timestamp', value }
}

function castGeometry(operand: BoundValue, type: 'point' | 'circle' | 'polygon', at: number, scope: Scope): BoundValue {
  if (operand.type === type) return operand
  if (operand.kind !== 'literal' || typeof operand.value !== 'string')
    throw fail(
      scope,
      at,
      'unsupported',
      `CAST to ${nameOfType(type)} takes a string that stands in the query`,
      'a string',
    )
  return shapeOfText(type, operand.value, at, scope, (text) => parseDali(type, text))
}
