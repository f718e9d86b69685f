// A parameter and a service, defined once. Parsing, the canonical query, descriptors and capabilities all read these.

import type { Literal } from './literal.ts'

export interface Param<T = unknown> {
  /** As the standard spells it; requests may use any case. */
  readonly name: string
  readonly literal: Literal<T>
  readonly description: string
  readonly unit?: string
  readonly ucd?: string
  /** A request without it is refused. */
  readonly required: boolean
  /** More than one value is taken. */
  readonly repeats: boolean
  /** It selects nothing of the answer (RUNID): not part of the canonical query. */
  readonly passive: boolean
  /** The values to tell of, where they are few; those that the literal enforces need not be said again. */
  readonly options?: readonly string[]
  /** The range to tell of, in the literal's spelling, likewise. */
  readonly min?: string
  readonly max?: string
  /** What holds when it is not given, for descriptions. */
  readonly default?: string
  /** Values that work, for descriptions and tests. */
  readonly examples?: readonly string[]
}

export type ParamOptions = Pick<Param, 'description'> & Partial<Omit<Param, 'name' | 'literal' | 'description'>>

/** What descriptions tell of the values: what the parameter says, else what its literal enforces. */
export function rangeOf({ literal, options, min, max }: Param): Pick<Param, 'options' | 'min' | 'max'> {
  return { options: options ?? literal.options, min: min ?? literal.min, max: max ?? literal.max }
}

export const param = <T>(name: string, literal: Literal<T>, options: ParamOptions): Param<T> => ({
  required: false,
  repeats: false,
  passive: false,
  ...options,
  name,
  literal,
})

// biome-ignore lint/suspicious/noExplicitAny: a table holds parameters of different value types
export type ParamTable = Record<string, Param<any>>

export interface Service<P extends ParamTable = ParamTable> {
  /** `ivo://ivoa.net/std/SODA#sync-1.0` */
  readonly standardId: string
  readonly params: P
  /** Parameters of the standard that this service does not apply: naming one is an error, with this reason. */
  readonly refused: Readonly<Record<string, string>>
  /** Pairs of one request, at most. Default 256. */
  readonly maxPairs?: number
}

export const service = <P extends ParamTable>(
  definition: Omit<Service<P>, 'refused'> & { refused?: Readonly<Record<string, string>> },
): Service<P> => ({ refused: {}, ...definition })

type ValueOf<X> = X extends Param<infer T> ? T : never

/** The parsed values by parameter name; a list of them, as any parameter may be absent and some may repeat. */
export type ValuesOf<S extends Service> = {
  readonly [K in keyof S['params']]: readonly ValueOf<S['params'][K]>[]
}
