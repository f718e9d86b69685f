// ADQL 2.1 (and 2.0): text -> syntax tree -> bound tree, for any database. Degrees, ICRS.

export type { ComparisonOperator, Expression, Query, RowsExpression, Select, TableReference } from './ast.ts'
export type {
  BoundCommon,
  BoundCondition,
  BoundDerived,
  BoundFrom,
  BoundJoin,
  BoundKey,
  BoundOrder,
  BoundQuery,
  BoundRows,
  BoundSelect,
  BoundSet,
  BoundSource,
  BoundTable,
  BoundValue,
  ColumnValue,
  CommonRows,
  LiteralValue,
  OutputColumn,
  Shape,
} from './bound.ts'
export type { Bindings, RTree, Sql, SqlValue, TableBinding } from './dialect/bindings.ts'
export { type DialectName, type EmitOptions, emit } from './dialect/dialect.ts'
export { AdqlError, type AdqlErrorCode } from './errors.ts'
export { parseAdql } from './parser.ts'
export { type ResolveOptions, resolveAdql } from './resolve.ts'
export { type AdqlType, fieldOfType, isGeometry, isNumeric, nameOfType, promote, typeOfField } from './types.ts'
