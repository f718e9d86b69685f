// Which rows may be shown stands in the SELECT that a table is bound to, and both databases merge that into the query around
// it: they may try a condition of the query first. On a row that is not to be seen an error (a number out of range) or
// the time that a subquery takes would tell of it. A comparison of columns and constants tells nothing; everything else
// is asked behind CASE, whose order of evaluation is certain, or kept out of a derived table by a fence.

import type {
  BoundCondition,
  BoundFrom,
  BoundRows,
  BoundSelect,
  BoundSource,
  BoundValue,
  ColumnValue,
} from '../bound.ts'
import { alias, balanced, type Context, quote } from './context.ts'

export const sourcesOf = (from: BoundFrom): BoundSource[] =>
  from.kind === 'join' ? [...sourcesOf(from.left), ...sourcesOf(from.right)] : [from]

/** The terms of a WHERE or ON over `from`, each by `emit`. */
export function guarded(
  context: Context,
  node: BoundCondition,
  from: readonly BoundFrom[],
  emit: (term: BoundCondition) => string,
): string {
  if (node.kind === 'and')
    return balanced(
      node.terms.map((term) => guarded(context, term, from, emit)),
      ' AND ',
    )
  if (isPlain(node)) return emit(node)
  const own = from.flatMap(sourcesOf)
  const read = new Set([...readIn(node)].map((part) => part.kind === 'column' && part.source))
  const some = own.filter((source) => read.has(source))
  const shown = shownOf(context, some.length > 0 ? some : own)
  return shown === undefined ? emit(node) : `(CASE WHEN ${shown} THEN ${emit(node)} END)`
}

/** Whether the rows of all of them may be shown; undefined where they are asked for without a doubt. */
export function shownOf(context: Context, sources: readonly BoundSource[]): string | undefined {
  const terms = sources.flatMap((source) => {
    const rows = rowsOf(source)
    const id = source.kind === 'common' ? source.common.id : source.id
    if (rows && !isTransparent(rows)) context.fences.add(id)
    const name = source.kind === 'table' ? context.binding(source.table).shown : SHOWN
    if ((rows && !isTransparent(rows)) || name === undefined) return []
    context.guards.add(id)
    // True also for the row of NULLs that an outer join makes.
    return [`COALESCE("${alias(source)}".${quote(name)}, 1) = 1`]
  })
  return terms.length > 0 ? terms.join(' AND ') : undefined
}

/** Of derived and common tables. */
export const SHOWN = 'row_shown'

const rowsOf = (source: BoundSource) =>
  source.kind === 'derived' ? source.rows : source.kind === 'common' ? source.common.rows : undefined

/** Each of its rows is one of its tables' rows, so that it can say whether that may be shown. */
const isTransparent = ({ body, limit, offset }: BoundRows) =>
  body.kind === 'select' && !body.grouped && !body.distinct && limit === undefined && !offset

/** The rows of a derived or common table: they say of themselves whether they may be shown, or a fence holds them together. */
export function fenced(context: Context, id: number, rows: BoundRows): string {
  const sql = context.rows(rows, undefined, context.guards.has(id))
  const open = rows.limit === undefined && !rows.offset && !isTransparent(rows)
  return open && (context.fences.has(id) || !hasPlainItems(rows)) ? `${sql} ${context.dialect.noLimit} OFFSET 0` : sql
}

function hasPlainItems({ body, columns }: BoundRows): boolean {
  if (body.kind === 'select') return body.items.every(isPlainValue)
  return [body.left, body.right].every(
    (side) => hasPlainItems(side) && side.columns.every(({ type }, i) => type === columns[i].type),
  )
}

function isPlain(node: BoundCondition): boolean {
  switch (node.kind) {
    case 'and':
    case 'or':
      return node.terms.every(isPlain)
    case 'not':
      return isPlain(node.operand)
    case 'constant':
      return true
    case 'compare':
    case 'intersects':
      return isPlainValue(node.left) && isPlainValue(node.right)
    case 'within':
      return [node.left, node.right, node.radius].every(isPlainValue)
    case 'contains':
      return isPlainValue(node.inside) && isPlainValue(node.region)
    case 'between':
      return [node.operand, node.low, node.high].every(isPlainValue)
    case 'in':
      return isPlainValue(node.operand) && node.items.every(isPlainValue)
    case 'like':
      return isPlainValue(node.operand) && node.pattern.kind === 'literal'
    case 'isNull':
      return isPlainValue(node.operand)
    // Of one table, by its columns: databases drive these by an index, which a CASE would forbid.
    case 'inRows':
      return isPlainValue(node.operand) && isLookup(node.rows)
    case 'exists':
      return isLookup(node.rows)
  }
}

function isLookup(rows: BoundRows): boolean {
  if (!isTransparent(rows)) return false
  const { from, items, where } = rows.body as BoundSelect
  return from.length === 1 && from[0].kind === 'table' && items.every(isPlainValue) && (!where || isPlain(where))
}

function isPlainValue(node: BoundValue): boolean {
  switch (node.kind) {
    case 'literal':
    case 'shape':
      return true
    case 'column': {
      const rows = rowsOf(node.source)
      return !rows || !isTransparent(rows) || isPlainValue((rows.body as BoundSelect).items[node.index])
    }
    case 'point':
      return isPlainValue(node.lon) && isPlainValue(node.lat)
    case 'circle':
      return isPlainValue(node.center) && isPlainValue(node.radius)
    case 'polygon':
      return node.vertices.every(isPlainValue)
    case 'aggregate':
      return node.args.every(isPlainValue)
    case 'subquery':
    case 'indicator':
      return false
    // What an upload's own rows make of themselves tells of nobody else's.
    default:
      return [...readIn(node)].every((part) => part.kind === 'column' && isUploaded(part.source))
  }
}

const isUploaded = (source: BoundSource) =>
  source.kind === 'table' && source.table.schema.toUpperCase() === 'TAP_UPLOAD'

type Read = ColumnValue | Extract<BoundValue, { kind: 'subquery' }>
const UNREAD = new Set(['table', 'common', 'shape', 'literal'])

/** Every column that is read somewhere below, and every subquery. */
function* readIn(node: unknown): Generator<Read> {
  if (Array.isArray(node)) for (const part of node) yield* readIn(part)
  else if (typeof node === 'object' && node !== null) {
    const { kind = '' } = node as { kind?: string }
    if (kind === 'column' || kind === 'subquery') yield node as Read
    if (kind === 'column' || UNREAD.has(kind)) return
    for (const [name, part] of Object.entries(node)) if (name !== 'columns') yield* readIn(part)
  }
}
