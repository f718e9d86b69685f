// The rule of GROUP BY: outside aggregates a grouped query shows only what it groups by (SQL-92 §7.9).

import type { BoundCondition, BoundValue } from './bound.ts'
import { fail, type Scope } from './scope.ts'

type Node = BoundValue | BoundCondition

/** Whether two values are written alike and read the same columns. Subqueries are never the same. */
export function sameValue(a: BoundValue, b: BoundValue): boolean {
  if (a.kind !== b.kind || a.type !== b.type) return false
  if (a.kind === 'column' && b.kind === 'column')
    return a.source === b.source && a.index === b.index && a.outer === b.outer
  if (a.kind === 'subquery' || a.kind === 'indicator') return false
  return alike(a, b)
}

function alike(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((one, i) => same(one, b[i]))
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => same(a[key as never], b[key as never]))
}

/** Members that are values are compared as values. */
function same(a: unknown, b: unknown): boolean {
  const value = (one: unknown): one is BoundValue =>
    typeof one === 'object' && one !== null && 'kind' in one && 'type' in one
  return value(a) && value(b) ? sameValue(a, b) : alike(a, b)
}

export function checkGrouped(node: Node, keys: readonly BoundValue[], scope: Scope, at: number): void {
  if ('type' in node && keys.some((key) => sameValue(key, node))) return
  if (node.kind === 'aggregate') return
  if (node.kind === 'column') {
    if (node.outer > 0) return
    throw fail(
      scope,
      at,
      'not-grouped',
      `the column "${node.field.name}" is neither in GROUP BY nor inside an aggregate`,
      'GROUP BY or an aggregate',
    )
  }
  for (const child of childrenOf(node)) checkGrouped(child, keys, scope, at)
}

export const hasAggregate = (node: Node): boolean => node.kind === 'aggregate' || childrenOf(node).some(hasAggregate)

/** The values and conditions right below a node; not those of subqueries. */
function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'arithmetic':
    case 'compare':
    case 'intersects':
      return [node.left, node.right]
    case 'within':
      return [node.left, node.right, node.radius]
    case 'negate':
    case 'cast':
    case 'not':
    case 'isNull':
    case 'inRows':
      return [node.operand]
    case 'concat':
      return node.parts
    case 'call':
      return node.args
    case 'indicator':
      return [node.condition]
    case 'point':
      return [node.lon, node.lat]
    case 'circle':
      return [node.center, node.radius]
    case 'polygon':
      return node.vertices
    case 'and':
    case 'or':
      return node.terms
    case 'between':
      return [node.operand, node.low, node.high]
    case 'in':
      return [node.operand, ...node.items]
    case 'like':
      return [node.operand, node.pattern]
    case 'contains':
      return [node.inside, node.region]
    default:
      return []
  }
}
