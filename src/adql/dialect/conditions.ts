// Conditions of the bound tree as SQL. `monotone` says that only rows for which the whole is true are kept, so that false
// may stand for unknown: there geometry may use an index.

import type { BoundCondition, BoundValue } from '../bound.ts'
import { sortsAsText } from '../types.ts'
import { balanced, type Context } from './context.ts'
import { contains, intersects, within } from './geometry.ts'

export function condition(context: Context, node: BoundCondition, monotone = false): string {
  const { dialect } = context
  switch (node.kind) {
    case 'and':
    case 'or':
      return balanced(
        node.terms.map((term) => condition(context, term, monotone)),
        node.kind === 'and' ? ' AND ' : ' OR ',
      )
    case 'not':
      return `(NOT ${condition(context, node.operand)})`
    case 'constant':
      return node.value === null ? dialect.nullOf('boolean') : dialect.boolean(node.value)
    case 'compare': {
      const ordered = node.operator !== '=' && node.operator !== '<>'
      return `(${side(context, node.left, ordered)} ${node.operator} ${side(context, node.right, false)})`
    }
    case 'between': {
      const [operand, low, high] = [node.operand, node.low, node.high].map((part) => side(context, part, true))
      return `(${operand} ${not(node.negated)}BETWEEN ${low} AND ${high})`
    }
    case 'in':
      return `(${context.value(node.operand)} ${not(node.negated)}IN (${node.items.map((item) => context.value(item)).join(', ')}))`
    case 'inRows':
      return `(${context.value(node.operand)} ${not(node.negated)}IN (${context.rows(node.rows)}))`
    case 'like': {
      const like = dialect.like(context.value(node.operand), node.pattern, context, node.ignoreCase)
      return node.negated ? `(NOT ${like})` : like
    }
    case 'isNull':
      return `(${context.value(node.operand)} IS ${not(node.negated)}NULL)`
    case 'exists':
      return `EXISTS (${context.rows(node.rows)})`
    case 'contains':
      return maybeNot(node.negated, contains(context, node, monotone && !node.negated))
    case 'intersects':
      return maybeNot(node.negated, intersects(context, node, monotone && !node.negated))
    case 'within':
      return within(context, node, monotone && !node.negated)
  }
}

function side(context: Context, node: BoundValue, ordered: boolean): string {
  const expression = context.value(node)
  return ordered && sortsAsText(node.type) ? context.dialect.ordered(expression) : expression
}

const not = (negated: boolean) => (negated ? 'NOT ' : '')
const maybeNot = (negated: boolean, expression: string) => (negated ? `(NOT ${expression})` : expression)
