// Syntax tree to text: one spelling for equal trees (keywords in capitals, one blank between words, parentheses only where
// they are needed), so that parseAdql(printAdql(q)) is the same tree as q.

import type { Expression, Identifier, Query, RowsExpression, Select, SelectItem, TableReference } from './ast.ts'

export function printAdql({ with: common, rows }: Query): string {
  const tables = common.map((table) => `${printName(table.name)} AS (${printRows(table.rows)})`)
  return `${tables.length > 0 ? `WITH ${tables.join(', ')} ` : ''}${printRows(rows)}`
}

function printRows({ body, orderBy, offset }: RowsExpression): string {
  const terms = orderBy.map(({ expression, descending }) => printExpression(expression) + (descending ? ' DESC' : ''))
  const order = terms.length > 0 ? ` ORDER BY ${terms.join(', ')}` : ''
  return `${printBody(body)}${order}${offset === undefined ? '' : ` OFFSET ${offset}`}`
}

function printBody(body: RowsExpression['body']): string {
  if (body.kind === 'select') return printSelect(body)
  const { operator, all, left, right } = body
  // INTERSECT binds tighter; what binds alike is read from left to right.
  const operand = (rows: RowsExpression, least: number): string => {
    const plain = rows.orderBy.length === 0 && rows.offset === undefined
    return plain && strength(rows.body) >= least ? printRows(rows) : `(${printRows(rows)})`
  }
  const own = strength(body)
  return `${operand(left, own)} ${operator}${all ? ' ALL' : ''} ${operand(right, own + 1)}`
}

const strength = (body: RowsExpression['body']) => (body.kind === 'select' ? 3 : body.operator === 'INTERSECT' ? 2 : 1)

function printSelect({ distinct, top, items, from, where, groupBy, having }: Select): string {
  const words = ['SELECT']
  if (distinct) words.push('DISTINCT')
  if (top !== undefined) words.push(`TOP ${top}`)
  words.push(items.map(printItem).join(', '), 'FROM', from.map((table) => printTable(table)).join(', '))
  if (where) words.push('WHERE', printExpression(where))
  if (groupBy.length > 0) words.push('GROUP BY', groupBy.map((term) => printExpression(term)).join(', '))
  if (having) words.push('HAVING', printExpression(having))
  return words.join(' ')
}

function printItem(item: SelectItem): string {
  if (item.kind === 'all') return [...item.qualifier.map(printName), '*'].join('.')
  return printExpression(item.expression) + (item.alias ? ` AS ${printName(item.alias)}` : '')
}

function printTable(table: TableReference, right = false): string {
  if (table.kind === 'table')
    return table.name.map(printName).join('.') + (table.alias ? ` AS ${printName(table.alias)}` : '')
  if (table.kind === 'derived') return `(${printRows(table.rows)}) AS ${printName(table.alias)}`
  const { join, natural, left, on, using } = table
  const words = [printTable(left), natural ? 'NATURAL' : '', join === 'INNER' ? '' : join, 'JOIN']
  words.push(printTable(table.right, true))
  if (on) words.push('ON', printExpression(on))
  if (using) words.push(`USING (${using.map(printName).join(', ')})`)
  const text = words.filter((word) => word !== '').join(' ')
  return right ? `(${text})` : text
}

const printName = ({ name, delimited }: Identifier) => (delimited ? `"${name.replaceAll('"', '""')}"` : name)
const printString = (value: string) => `'${value.replaceAll("'", "''")}'`

/** How tightly each form binds, as the parser reads them. */
function level(expression: Expression): number {
  switch (expression.kind) {
    case 'or':
      return 1
    case 'and':
      return 2
    case 'not':
      return 3
    case 'comparison':
    case 'between':
    case 'in':
    case 'like':
    case 'isNull':
      return 4
    case 'binary':
      return expression.operator === '||' ? 5 : expression.operator === '+' || expression.operator === '-' ? 6 : 7
    case 'sign':
      return 8
    default:
      return 9
  }
}

export function printExpression(expression: Expression, least = 0): string {
  const text = printBare(expression)
  return level(expression) < least ? `(${text})` : text
}

function printBare(node: Expression): string {
  const value = (expression: Expression) => printExpression(expression, 5)
  switch (node.kind) {
    case 'number':
      return node.text
    case 'string':
      return printString(node.value)
    case 'boolean':
      return node.value ? 'TRUE' : 'FALSE'
    case 'null':
      return 'NULL'
    case 'column':
      return node.name.map(printName).join('.')
    case 'sign':
      // `--` would begin a comment.
      return `${node.operator}${node.operand.kind === 'sign' ? ' ' : ''}${printExpression(node.operand, 8)}`
    case 'binary': {
      const own = level(node)
      return `${printExpression(node.left, own)} ${node.operator} ${printExpression(node.right, own + 1)}`
    }
    case 'call': {
      const args = node.star ? '*' : node.args.map((arg) => printExpression(arg)).join(', ')
      return `${node.name.name}(${node.quantifier ? `${node.quantifier} ` : ''}${args})`
    }
    case 'cast': {
      const { name, length } = node.target
      return `CAST(${printExpression(node.operand)} AS ${name}${length === undefined ? '' : `(${length})`})`
    }
    case 'subquery':
      return `(${printRows(node.rows)})`
    case 'and':
    case 'or': {
      const own = level(node)
      return node.terms.map((term) => printExpression(term, own + 1)).join(node.kind === 'and' ? ' AND ' : ' OR ')
    }
    case 'not':
      return `NOT ${printExpression(node.operand, 3)}`
    case 'comparison':
      return `${value(node.left)} ${node.operator} ${value(node.right)}`
    case 'between':
      return `${value(node.operand)} ${node.negated ? 'NOT ' : ''}BETWEEN ${value(node.low)} AND ${value(node.high)}`
    case 'in': {
      const items =
        'body' in node.items ? printRows(node.items) : node.items.map((item) => printExpression(item)).join(', ')
      return `${value(node.operand)} ${node.negated ? 'NOT ' : ''}IN (${items})`
    }
    case 'like':
      return `${value(node.operand)} ${node.negated ? 'NOT ' : ''}${node.ignoreCase ? 'ILIKE' : 'LIKE'} ${value(node.pattern)}`
    case 'isNull':
      return `${value(node.operand)} IS ${node.negated ? 'NOT ' : ''}NULL`
    case 'exists':
      return `EXISTS (${printRows(node.rows)})`
  }
}
