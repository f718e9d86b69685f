// The syntax tree: what the text says, before any name is looked up (ADQL 2.1 appendix A).
// Every node has `at`, its offset in the text; trees are frozen by their types and never changed by later passes.

export interface Identifier {
  readonly name: string
  /** Written between double quotes. */
  readonly delimited: boolean
  readonly at: number
}

/** `WITH … SELECT …`: the whole query, with the text that offsets count in. */
export interface Query {
  readonly text: string
  readonly with: readonly CommonTable[]
  readonly rows: RowsExpression
}

export interface CommonTable {
  readonly name: Identifier
  readonly rows: RowsExpression
}

/** A SELECT or a set operation with the ORDER BY and OFFSET that follow it (`<select_expression>`). */
export interface RowsExpression {
  readonly body: Select | SetOperation
  readonly orderBy: readonly OrderTerm[]
  readonly offset?: number
  readonly at: number
}

export interface SetOperation {
  readonly kind: 'set'
  readonly operator: 'UNION' | 'EXCEPT' | 'INTERSECT'
  readonly all: boolean
  /** What stood in parentheses may have its own ORDER BY and OFFSET. */
  readonly left: RowsExpression
  readonly right: RowsExpression
  readonly at: number
}

export interface Select {
  readonly kind: 'select'
  readonly distinct: boolean
  readonly top?: number
  readonly items: readonly SelectItem[]
  readonly from: readonly TableReference[]
  readonly where?: Expression
  readonly groupBy: readonly Expression[]
  readonly having?: Expression
  readonly at: number
}

export type SelectItem =
  /** `*`, `t.*`, `schema.t.*` */
  | { readonly kind: 'all'; readonly qualifier: readonly Identifier[]; readonly at: number }
  | { readonly kind: 'item'; readonly expression: Expression; readonly alias?: Identifier; readonly at: number }

export interface OrderTerm {
  /** A whole number alone is the position of an output column, from 1. */
  readonly expression: Expression
  readonly descending: boolean
}

export type TableReference =
  | {
      readonly kind: 'table'
      /** `[[catalog.]schema.]table` */
      readonly name: readonly Identifier[]
      readonly alias?: Identifier
      readonly at: number
    }
  | { readonly kind: 'derived'; readonly rows: RowsExpression; readonly alias: Identifier; readonly at: number }
  | {
      readonly kind: 'join'
      readonly join: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'CROSS'
      readonly natural: boolean
      readonly left: TableReference
      readonly right: TableReference
      readonly on?: Expression
      readonly using?: readonly Identifier[]
      readonly at: number
    }

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>='
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '||'

/** Values and conditions in one type, because `(` may open either; the parser has checked which stands where. */
export type Expression =
  | { readonly kind: 'number' /** as written */; readonly text: string; readonly at: number }
  | { readonly kind: 'string'; readonly value: string; readonly at: number }
  | { readonly kind: 'boolean'; readonly value: boolean; readonly at: number }
  | { readonly kind: 'null'; readonly at: number }
  | { readonly kind: 'column' /** the column's name last */; readonly name: readonly Identifier[]; readonly at: number }
  | { readonly kind: 'sign'; readonly operator: '+' | '-'; readonly operand: Expression; readonly at: number }
  | {
      readonly kind: 'binary'
      readonly operator: ArithmeticOperator
      readonly left: Expression
      readonly right: Expression
      readonly at: number
    }
  | {
      readonly kind: 'call'
      readonly name: Identifier
      /** `COUNT(DISTINCT x)`, `SUM(ALL x)` */
      readonly quantifier?: 'DISTINCT' | 'ALL'
      /** `COUNT(*)` */
      readonly star: boolean
      readonly args: readonly Expression[]
      readonly at: number
    }
  | { readonly kind: 'cast'; readonly operand: Expression; readonly target: CastTarget; readonly at: number }
  | { readonly kind: 'subquery'; readonly rows: RowsExpression; readonly at: number }
  | { readonly kind: 'and' | 'or' /** two or more */; readonly terms: readonly Expression[]; readonly at: number }
  | { readonly kind: 'not'; readonly operand: Expression; readonly at: number }
  | {
      readonly kind: 'comparison'
      readonly operator: ComparisonOperator
      readonly left: Expression
      readonly right: Expression
      readonly at: number
    }
  | {
      readonly kind: 'between'
      readonly operand: Expression
      readonly low: Expression
      readonly high: Expression
      readonly negated: boolean
      readonly at: number
    }
  | {
      readonly kind: 'in'
      readonly operand: Expression
      readonly items: readonly Expression[] | RowsExpression
      readonly negated: boolean
      readonly at: number
    }
  | {
      readonly kind: 'like'
      readonly operand: Expression
      readonly pattern: Expression
      readonly ignoreCase: boolean
      readonly negated: boolean
      readonly at: number
    }
  | { readonly kind: 'isNull'; readonly operand: Expression; readonly negated: boolean; readonly at: number }
  | { readonly kind: 'exists'; readonly rows: RowsExpression; readonly at: number }

export type CastTypeName =
  | 'SMALLINT'
  | 'INTEGER'
  | 'BIGINT'
  | 'REAL'
  | 'DOUBLE PRECISION'
  | 'CHAR'
  | 'VARCHAR'
  | 'TIMESTAMP'
  | 'POINT'
  | 'CIRCLE'
  | 'POLYGON'

export interface CastTarget {
  readonly name: CastTypeName
  /** CHAR(n), VARCHAR(n) */
  readonly length?: number
}

/** Whether an expression is a condition (may stand after WHERE) or a value. */
export function isCondition({ kind }: Expression): boolean {
  return CONDITIONS.has(kind)
}

const CONDITIONS: ReadonlySet<Expression['kind']> = new Set([
  'and',
  'or',
  'not',
  'comparison',
  'between',
  'in',
  'like',
  'isNull',
  'exists',
] as const)
