// Conditions with their types checked. Comparisons of CONTAINS, INTERSECTS and DISTANCE with constants become the conditions
// that they are (`1 = CONTAINS(p, r)` is `p in r`), because only those can use a spatial index.

import type { ComparisonOperator, Expression } from './ast.ts'
import { containsCondition, intersectsCondition, withinCondition } from './bind-geometry-condition.ts'
import { bindOneColumn, bindSubquery } from './bind-rows.ts'
import { bindValue, timestampLiteral } from './bind-value.ts'
import type { BoundCondition, BoundValue } from './bound.ts'
import { fail, type Scope } from './scope.ts'
import { type AdqlType, isComparable, isNumeric, isText, nameOfType } from './types.ts'

export function bindCondition(node: Expression, scope: Scope): BoundCondition {
  switch (node.kind) {
    case 'and':
    case 'or':
      return { kind: node.kind, terms: node.terms.map((term) => bindCondition(term, scope)) }
    case 'not':
      return { kind: 'not', operand: bindCondition(node.operand, scope) }
    case 'comparison':
      return bindComparison(node, scope)
    case 'between': {
      const operand = bindValue(node.operand, scope)
      const [first, low] = comparable(scope, node.low.at, operand, bindValue(node.low, scope))
      const [, high] = comparable(scope, node.high.at, first, bindValue(node.high, scope))
      return { kind: 'between', operand: first, low, high, negated: node.negated }
    }
    case 'in':
      return bindIn(node, scope)
    case 'like': {
      const operand = textValue(node.operand, scope)
      const pattern = textValue(node.pattern, scope)
      return { kind: 'like', operand, pattern, ignoreCase: node.ignoreCase, negated: node.negated }
    }
    case 'isNull':
      return { kind: 'isNull', operand: bindValue(node.operand, scope), negated: node.negated }
    case 'exists':
      return { kind: 'exists', rows: bindSubquery(node.rows, scope) }
    default:
      throw fail(scope, node.at, 'syntax', 'expected a condition, found a value', 'a condition')
  }
}

function textValue(node: Expression, scope: Scope): BoundValue {
  const value = bindValue(node, scope)
  if (isText(value.type)) return value
  throw fail(scope, node.at, 'wrong-type', `LIKE compares strings, got ${nameOfType(value.type)}`, 'a string')
}

function bindIn(node: Extract<Expression, { kind: 'in' }>, scope: Scope): BoundCondition {
  let operand = bindValue(node.operand, scope)
  const { negated } = node
  if ('body' in node.items) {
    const rows = bindOneColumn('the subquery of IN', node.items, node.items.at, scope)
    checkComparable(scope, node.items.at, operand.type, rows.columns[0].type)
    return { kind: 'inRows', operand, rows, negated }
  }
  const items = node.items.map((item) => {
    const [left, right] = comparable(scope, item.at, operand, bindValue(item, scope))
    operand = left
    return right
  })
  return { kind: 'in', operand, items, negated }
}

const MIRRORED: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
}

const isCall = (node: Expression, ...names: string[]): node is Extract<Expression, { kind: 'call' }> =>
  node.kind === 'call' && names.includes(node.name.name.toUpperCase())

function bindComparison(node: Extract<Expression, { kind: 'comparison' }>, scope: Scope): BoundCondition {
  return (
    geometricComparison(node.left, node.operator, node.right, scope) ??
    geometricComparison(node.right, MIRRORED[node.operator], node.left, scope) ??
    plainComparison(node, scope)
  )
}

function plainComparison(node: Extract<Expression, { kind: 'comparison' }>, scope: Scope): BoundCondition {
  const [left, right] = comparable(scope, node.at, bindValue(node.left, scope), bindValue(node.right, scope))
  return { kind: 'compare', operator: node.operator, left, right }
}

function holds(operator: ComparisonOperator, a: number, b: number): boolean {
  switch (operator) {
    case '=':
      return a === b
    case '<>':
      return a !== b
    case '<':
      return a < b
    case '<=':
      return a <= b
    case '>':
      return a > b
    case '>=':
      return a >= b
  }
}

function geometricComparison(
  call: Expression,
  operator: ComparisonOperator,
  other: Expression,
  scope: Scope,
): BoundCondition | undefined {
  if (isCall(call, 'CONTAINS', 'INTERSECTS') && other.kind === 'number') {
    const number = Number(other.text)
    const ifTrue = holds(operator, 1, number)
    const ifFalse = holds(operator, 0, number)
    if (ifTrue === ifFalse) return undefined
    return isCall(call, 'CONTAINS')
      ? containsCondition(call, scope, ifFalse)
      : intersectsCondition(call, scope, ifFalse)
  }
  if (isCall(call, 'DISTANCE') && operator !== '=' && operator !== '<>') {
    const radius = bindValue(other, scope)
    if (isNumeric(radius.type)) return withinCondition(call, operator, radius, scope)
  }
  return undefined
}

/** Types that compare with one another. */
function family(type: AdqlType): string {
  if (isNumeric(type)) return 'number'
  return type === 'region' ? 'string' : type
}

/** What people mean who compare these. */
function hint(...families: readonly string[]): string {
  if (!families.includes('number')) return ''
  if (families.includes('string')) return '; strings stand between single quotes, numbers without'
  return families.includes('boolean') ? '; write 1 for true and 0 for false' : ''
}

function checkComparable(scope: Scope, at: number, a: AdqlType, b: AdqlType): void {
  if (a !== 'null' && b !== 'null' && family(a) !== family(b))
    throw fail(
      scope,
      at,
      'wrong-type',
      `${nameOfType(a)} and ${nameOfType(b)} cannot be compared${hint(family(a), family(b))}`,
      nameOfType(a),
    )
  const shape = [a, b].find((type) => !isComparable(type))
  if (shape)
    throw fail(
      scope,
      at,
      'wrong-type',
      `values of the type ${nameOfType(shape)} cannot be compared; use CONTAINS, INTERSECTS or DISTANCE`,
    )
}

/** Both sides in types that compare: text becomes a time, 0, 1 and 'true' a boolean, where the other side is one. */
export function comparable(scope: Scope, at: number, left: BoundValue, right: BoundValue): [BoundValue, BoundValue] {
  const a = adapt(scope, at, left, right.type)
  const b = adapt(scope, at, right, left.type)
  checkComparable(scope, at, a.type, b.type)
  return [a, b]
}

/** A constant as the type that is wanted where it can be read as one. */
export function adapt(scope: Scope, at: number, value: BoundValue, wanted: AdqlType): BoundValue {
  if (value.kind !== 'literal' || value.value === null || value.type === wanted) return value
  if (wanted === 'timestamp' && typeof value.value === 'string') return timestampLiteral(value.value, at, scope)
  if (wanted === 'boolean') {
    const text = String(value.value).toLowerCase()
    if (['1', 't', 'true'].includes(text)) return { kind: 'literal', type: 'boolean', value: true }
    if (['0', 'f', 'false'].includes(text)) return { kind: 'literal', type: 'boolean', value: false }
  }
  return value
}
