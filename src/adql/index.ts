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
export { type AdqlLimits, DEFAULT_LIMITS } from './cursor.ts'
export type { Bindings, RTree, Sql, SqlValue, TableBinding } from './dialect/bindings.ts'
export { type DialectName, type EmitOptions, emit } from './dialect/dialect.ts'
export { AdqlError, type AdqlErrorCode } from './errors.ts'
export {
  type Feature,
  type FeatureList,
  LANGUAGE_FEATURES,
  LANGUAGE_VERSIONS,
  type LanguageVersion,
} from './features.ts'
export { FUNCTIONS, type FunctionDefinition, findFunction, type Signature } from './functions.ts'
export { parseAdql } from './parser.ts'
export { printAdql, printExpression } from './print.ts'
export { type ResolveOptions, resolveAdql } from './resolve.ts'
export { type AdqlType, fieldOfType, isGeometry, isNumeric, nameOfType, promote, typeOfField } from './types.ts'
