// What a TAP service says of its language in its capabilities (TAPRegExt 1.0 §2.3, ADQL 2.1 appendix B): both versions of
// ADQL, the optional features by group, and the user defined functions with their signatures.

import { type Argument, FUNCTIONS, type FunctionDefinition, type Signature } from './functions.ts'
import { type AdqlType, nameOfType } from './types.ts'

export interface LanguageVersion {
  readonly name: 'ADQL'
  readonly version: '2.0' | '2.1'
  readonly ivoId: string
  readonly description: string
}

export interface Feature {
  readonly form: string
  readonly description?: string
}

export interface FeatureList {
  /** The `type` of `<languageFeatures>`. */
  readonly type: string
  readonly features: readonly Feature[]
}

export const LANGUAGE_VERSIONS: readonly LanguageVersion[] = [
  { name: 'ADQL', version: '2.1', ivoId: 'ivo://ivoa.net/std/ADQL#v2.1', description: 'ADQL 2.1' },
  { name: 'ADQL', version: '2.0', ivoId: 'ivo://ivoa.net/std/ADQL#v2.0', description: 'ADQL 2.0' },
]

const URI = 'ivo://ivoa.net/std/TAPRegExt#features'

const ARGUMENT_TYPES: Readonly<Record<Argument['type'], string>> = {
  numeric: 'DOUBLE PRECISION',
  integer: 'INTEGER',
  string: 'VARCHAR',
  literal: 'VARCHAR',
  timestamp: 'TIMESTAMP',
  geometry: 'REGION',
  point: 'POINT',
  any: 'VARCHAR',
}

/** `ivo_hasword(haystack VARCHAR, needle VARCHAR) -> INTEGER` (ADQL 2.1 §4.3.2). */
function form({ name }: FunctionDefinition, { args, result }: Signature): string {
  const types = args.map((arg) => `${arg.name} ${ARGUMENT_TYPES[arg.type]}`)
  const type: AdqlType = result === 'argument' ? 'region' : result
  return `${name}(${types.join(', ')}) -> ${type === 'array' ? 'BIGINT[]' : nameOfType(type)}`
}

const named = (...forms: string[]): Feature[] => forms.map((one) => ({ form: one }))
/** MOC is not of ADQL 2.1 and may not be declared with its geometry functions. */
const geometry = FUNCTIONS.filter(({ group, name }) => group === 'geometry' && name !== 'MOC').map(({ name }) => name)

export const LANGUAGE_FEATURES: readonly FeatureList[] = [
  { type: `${URI}-adqlgeo`, features: named(...geometry) },
  { type: `${URI}-adql-string`, features: named('LOWER', 'UPPER', 'ILIKE') },
  { type: `${URI}-adql-common-table`, features: named('WITH') },
  { type: `${URI}-adql-sets`, features: named('UNION', 'EXCEPT', 'INTERSECT') },
  { type: `${URI}-adql-type`, features: named('CAST') },
  // Identifiers do not care for case, but STILTS 3.4 calls this one an error where it is spelled like the others.
  { type: `${URI.toLowerCase()}-adql-conditional`, features: named('COALESCE') },
  { type: `${URI}-adql-unit`, features: named('IN_UNIT') },
  { type: `${URI}-adql-offset`, features: named('OFFSET') },
  {
    type: `${URI}-udf`,
    features: FUNCTIONS.filter(({ group }) => group === 'udf').flatMap((one) =>
      one.signatures.map((signature) => ({ form: form(one, signature), description: one.description })),
    ),
  },
]
