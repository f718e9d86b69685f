// Calls: the function is looked up, its arguments are checked against its signatures, and what has a meaning of its own
// (aggregates, geometry, units) is made into its own node.

import type { Expression } from './ast.ts'
import { adapt } from './bind-condition.ts'
import { bindGeometryCall, double } from './bind-geometry.ts'
import { bindValue, timestampLiteral } from './bind-value.ts'
import type { BoundValue } from './bound.ts'
import { type ArgumentType, FUNCTIONS, type FunctionDefinition, findFunction, type Signature } from './functions.ts'
import { suggestion } from './schema.ts'
import { fail, type Scope } from './scope.ts'
import { type AdqlType, isComparable, isGeometry, isInteger, isNumeric, isText, nameOfType, promote } from './types.ts'
import { conversion, parseUnit } from './units.ts'

export type CallNode = Extract<Expression, { kind: 'call' }>

export function bindCall(node: CallNode, scope: Scope): BoundValue {
  const definition = findFunction(node.name.name)
  if (!definition) {
    const near = suggestion(
      node.name.name,
      FUNCTIONS.map(({ name }) => name),
    )
    throw fail(
      scope,
      node.at,
      'unknown-function',
      `there is no function "${node.name.name.slice(0, 100)}"${near}`,
      'a function',
    )
  }
  const { name } = definition
  if (definition.aggregate) return bindAggregate(node, definition, scope)
  if (node.quantifier || node.star)
    throw fail(scope, node.at, 'wrong-arguments', `${name} is no aggregate and takes no ${node.quantifier ?? '*'}`)
  if (definition.group === 'geometry') return bindGeometryCall(node, name, scope)
  switch (name) {
    case 'COALESCE':
      return bindCoalesce(node, scope)
    case 'IN_UNIT':
      return bindInUnit(node, scope)
    case 'TIMESTAMP': {
      const [text] = bindArguments(node, definition, scope).args
      return timestampLiteral(text.kind === 'literal' ? String(text.value) : '', node.at, scope)
    }
    case 'ivo_geom_transform':
      return bindGeometryCall(node, name, scope)
  }
  const { args, signature } = bindArguments(node, definition, scope)
  return { kind: 'call', name, args, type: signature.result as AdqlType }
}

function accepts(type: ArgumentType, value: BoundValue): boolean {
  switch (type) {
    case 'numeric':
      return isNumeric(value.type)
    case 'integer':
      return isInteger(value.type)
    case 'string':
      return isText(value.type)
    case 'literal':
      return value.kind === 'literal' && value.type === 'string'
    case 'timestamp':
      return value.type === 'timestamp' || value.type === 'string' || value.type === 'null'
    case 'geometry':
      return isGeometry(value.type)
    case 'point':
      return value.type === 'point' || value.type === 'null'
    case 'any':
      return true
  }
}

const ARTICLES: Readonly<Record<ArgumentType, string>> = {
  numeric: 'a number',
  integer: 'a whole number',
  string: 'a string',
  literal: 'a string that stands in the query',
  timestamp: 'a time',
  geometry: 'a geometry',
  point: 'a point',
  any: 'a value',
}

/** `POINT(lon, lat)`, of every signature. */
function forms({ name, signatures }: FunctionDefinition): string {
  return signatures
    .map(({ args }) => `${name}(${args.map((arg) => (arg.optional ? `[${arg.name}]` : arg.name)).join(', ')})`)
    .join(' or ')
}

function fits({ args, repeats }: Signature, count: number): boolean {
  const least = args.filter(({ optional }) => !optional).length
  return count >= least && (repeats || count <= args.length)
}

export function bindArguments(
  node: CallNode,
  definition: FunctionDefinition,
  scope: Scope,
): { args: BoundValue[]; signature: Signature } {
  const byCount = definition.signatures.filter((signature) => fits(signature, node.args.length))
  if (byCount.length === 0)
    throw fail(
      scope,
      node.at,
      'wrong-arguments',
      `${definition.name} has ${node.args.length} arguments, expected ${forms(definition)}`,
      forms(definition),
    )
  const values = node.args.map((arg) => bindValue(arg, scope))
  const at = (signature: Signature, i: number) => signature.args[Math.min(i, signature.args.length - 1)]
  const signature = byCount.find((one) => values.every((value, i) => accepts(at(one, i).type, value)))
  if (!signature) {
    const first = byCount[0]
    const i = values.findIndex((value, position) => !accepts(at(first, position).type, value))
    const wanted = ARTICLES[at(first, i).type]
    throw fail(
      scope,
      node.args[i].at,
      'wrong-type',
      `argument ${i + 1} of ${definition.name} is ${wanted}, got ${got(values[i])}`,
      wanted,
    )
  }
  const args = values.map((value, i) => {
    if (at(signature, i).type !== 'timestamp') return value
    const time = adapt(scope, node.args[i].at, value, 'timestamp')
    return time.type === 'string' ? ({ kind: 'cast', operand: time, type: 'timestamp' } as const) : time
  })
  return { args, signature }
}

const got = (value: BoundValue) =>
  value.kind === 'literal' && value.type === 'string'
    ? `the string '${String(value.value).slice(0, 40)}'`
    : nameOfType(value.type)

function bindAggregate(node: CallNode, definition: FunctionDefinition, scope: Scope): BoundValue {
  const { name } = definition
  if (scope.noAggregates)
    throw fail(
      scope,
      node.at,
      'misplaced-aggregate',
      `${name} is an aggregate and cannot stand in ${scope.noAggregates}${scope.noAggregates === 'WHERE' ? '; use HAVING' : ''}`,
    )
  scope.sawAggregate = true
  if (node.star) return { kind: 'aggregate', name, distinct: false, args: [], type: 'long' }
  scope.noAggregates = 'an aggregate'
  const { args, signature } = bindArguments(node, definition, scope)
  delete scope.noAggregates
  const last = args[args.length - 1].type
  let type: AdqlType = signature.result === 'argument' ? last : signature.result
  if (name === 'SUM' && type !== 'null') type = isInteger(type) ? 'long' : 'double'
  if (name === 'MIN' || name === 'MAX') {
    if (!isNumeric(last) && last !== 'string' && last !== 'timestamp')
      throw fail(
        scope,
        node.args[0].at,
        'wrong-type',
        `${name} takes numbers, strings or times, got ${nameOfType(last)}`,
      )
  }
  if (name === 'COUNT' && node.quantifier === 'DISTINCT' && !isComparable(last))
    throw fail(
      scope,
      node.args[0].at,
      'wrong-type',
      `COUNT(DISTINCT) takes numbers, strings or times, got ${nameOfType(last)}`,
    )
  return {
    kind: 'aggregate',
    name,
    distinct: node.quantifier === 'DISTINCT',
    args,
    type: type === 'null' ? 'double' : type,
  }
}

function bindCoalesce(node: CallNode, scope: Scope): BoundValue {
  if (node.args.length === 0)
    throw fail(scope, node.at, 'wrong-arguments', 'COALESCE has no arguments, expected one or more')
  const values = node.args.map((arg) => bindValue(arg, scope))
  const wanted = values.find(({ type }) => type === 'timestamp' || type === 'boolean')?.type
  const args = wanted ? values.map((value, i) => adapt(scope, node.args[i].at, value, wanted)) : values
  const type = args.reduce<AdqlType>((common, value, i) => {
    const both = common === 'null' || value.type === 'null' || common === value.type
    if (!both && !(isNumeric(common) && isNumeric(value.type)))
      throw fail(
        scope,
        node.args[i].at,
        'wrong-type',
        `the arguments of COALESCE have one type: ${nameOfType(common)} is followed by ${nameOfType(value.type)}`,
        nameOfType(common),
      )
    return promote(common, value.type)
  }, 'null')
  return { kind: 'call', name: 'COALESCE', args, type }
}

/** The unit of a value, where the description of its column or of all its parts says so. */
export function unitOf(value: BoundValue): string | undefined {
  switch (value.kind) {
    case 'column':
      return value.field.unit
    case 'negate':
    case 'cast':
      return unitOf(value.operand)
    case 'arithmetic': {
      if (value.unit !== undefined) return value.unit
      const [left, right] = [unitOf(value.left), unitOf(value.right)]
      if (value.operator === '+' || value.operator === '-') return left === right ? left : undefined
      return undefined
    }
    case 'aggregate':
      return ['MIN', 'MAX', 'SUM', 'AVG'].includes(value.name) ? unitOf(value.args[0]) : undefined
    case 'call':
      return ['COORD1', 'COORD2', 'DISTANCE'].includes(value.name)
        ? 'deg'
        : value.name === 'AREA'
          ? 'deg**2'
          : ['ABS', 'ROUND', 'TRUNCATE', 'FLOOR', 'CEILING', 'COALESCE'].includes(value.name)
            ? unitOf(value.args[0])
            : undefined
    default:
      return undefined
  }
}

function bindInUnit(node: CallNode, scope: Scope): BoundValue {
  const { args } = bindArguments(node, findFunction('IN_UNIT')!, scope)
  const [value, target] = args
  const wanted = target.kind === 'literal' ? String(target.value) : ''
  const has = unitOf(value) ?? ''
  const [from, to] = [parseUnit(has), parseUnit(wanted)]
  const bad = (problem: string) => fail(scope, node.at, 'bad-value', `IN_UNIT cannot convert ${problem}`, 'a unit')
  if (has === '') throw bad('a value that has no unit')
  if (wanted.trim() === '') throw bad(`"${has}" to no unit`)
  if (!to) throw bad(`to "${wanted.slice(0, 40)}", which is no unit that is known`)
  if (!from) throw bad(`from "${has.slice(0, 40)}", the unit of the value, which is not known`)
  const factor = conversion(from, to)
  if (!factor) throw bad(`"${has}" to "${wanted}": they measure different things`)
  const [multiply, divide] = factor
  const left: BoundValue = value.type === 'double' ? value : { kind: 'cast', operand: value, type: 'double' }
  const [operator, number] = divide === 1 ? (['*', multiply] as const) : (['/', divide] as const)
  return { kind: 'arithmetic', operator, left, right: double(number), type: 'double', unit: wanted }
}
