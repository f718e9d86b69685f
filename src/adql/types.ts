// ADQL's types (ADQL 2.1 §3) as the checker and the dialects know them, and their clothes in VOTable.

import type { Field } from '#src/votable'

export type AdqlType =
  | 'boolean'
  | 'short'
  | 'int'
  | 'long'
  | 'float'
  | 'double'
  | 'string'
  | 'timestamp'
  | 'point'
  | 'circle'
  | 'polygon'
  /** s_region: STC-S text whose shape only the row knows. */
  | 'region'
  | 'moc'
  | 'interval'
  /** Numbers in an array without a geometric meaning, or bytes: to be shown, not computed with. */
  | 'array'
  | 'blob'
  /** The type of NULL alone: fits everywhere. */
  | 'null'

/** Bits of the integer types. */
export const INTEGER_BITS = { short: 16, int: 32, long: 64 } as const
/** From the narrowest to the widest. */
export const INTEGERS: readonly AdqlType[] = ['short', 'int', 'long']
const NUMERIC: readonly AdqlType[] = [...INTEGERS, 'float', 'double']
const GEOMETRIC: readonly AdqlType[] = ['point', 'circle', 'polygon', 'region', 'moc']

export const isNumeric = (type: AdqlType) => NUMERIC.includes(type) || type === 'null'
export const isInteger = (type: AdqlType) => INTEGERS.includes(type) || type === 'null'
/** What LIKE compares and || joins. */
export const isText = (type: AdqlType) => type === 'string' || type === 'region' || type === 'null'
const INCOMPARABLE: readonly AdqlType[] = ['point', 'circle', 'polygon', 'moc', 'interval', 'array', 'blob']
/** By =, <, BETWEEN, IN and COUNT(DISTINCT). */
export const isComparable = (type: AdqlType) => !INCOMPARABLE.includes(type)
/** Kept as text and sorted by its bytes (UTF-8) in every database. */
export const sortsAsText = (type: AdqlType) => type === 'string' || type === 'timestamp'
export const isGeometry = (type: AdqlType) => GEOMETRIC.includes(type) || type === 'null'

/** The type that holds both, for arithmetic and set operations: int with float needs double (float has 24 bits). */
export function promote(a: AdqlType, b: AdqlType): AdqlType {
  if (a === 'null') return b
  if (b === 'null' || a === b) return a
  const wider = NUMERIC.indexOf(a) > NUMERIC.indexOf(b) ? a : b
  const other = wider === a ? b : a
  return wider === 'float' && (other === 'int' || other === 'long') ? 'double' : wider
}

/** What the database's value is, seen from the column's description. */
export function typeOfField({ datatype, arraysize, xtype }: Field): AdqlType {
  switch (xtype?.toLowerCase().replace(/^adql:/, '')) {
    case 'timestamp':
      return 'timestamp'
    case 'point':
      return 'point'
    case 'circle':
      return 'circle'
    case 'polygon':
      return 'polygon'
    case 'region':
    case 'shape':
    case 'multishape':
      return 'region'
    case 'moc':
      return 'moc'
    case 'interval':
      return 'interval'
  }
  if (datatype === 'char' || datatype === 'unicodeChar') return 'string'
  if (arraysize !== undefined && arraysize !== '1') return datatype === 'unsignedByte' ? 'blob' : 'array'
  return datatype === 'unsignedByte' ? 'short' : datatype
}

const CLOTHES: Readonly<Record<AdqlType, Omit<Field, 'name'>>> = {
  boolean: { datatype: 'boolean' },
  short: { datatype: 'short' },
  int: { datatype: 'int' },
  long: { datatype: 'long' },
  float: { datatype: 'float' },
  double: { datatype: 'double' },
  string: { datatype: 'char', arraysize: '*' },
  timestamp: { datatype: 'char', arraysize: '*', xtype: 'timestamp' },
  point: { datatype: 'double', arraysize: '2', xtype: 'point' },
  circle: { datatype: 'double', arraysize: '3', xtype: 'circle' },
  polygon: { datatype: 'double', arraysize: '*', xtype: 'polygon' },
  region: { datatype: 'char', arraysize: '*', xtype: 'adql:REGION' },
  moc: { datatype: 'char', arraysize: '*', xtype: 'moc' },
  interval: { datatype: 'double', arraysize: '2', xtype: 'interval' },
  array: { datatype: 'long', arraysize: '*' },
  blob: { datatype: 'unsignedByte', arraysize: '*' },
  null: { datatype: 'char', arraysize: '*' },
}

/** The description of a computed output column. */
export const fieldOfType = (name: string, type: AdqlType): Field => ({ name, ...CLOTHES[type] })

const NAMES: Readonly<Record<AdqlType, string>> = {
  boolean: 'BOOLEAN',
  short: 'SMALLINT',
  int: 'INTEGER',
  long: 'BIGINT',
  float: 'REAL',
  double: 'DOUBLE PRECISION',
  string: 'VARCHAR',
  timestamp: 'TIMESTAMP',
  point: 'POINT',
  circle: 'CIRCLE',
  polygon: 'POLYGON',
  region: 'REGION',
  moc: 'MOC',
  interval: 'INTERVAL',
  array: 'an array',
  blob: 'BLOB',
  null: 'NULL',
}

/** The name that ADQL has for the type, for messages and signatures. */
export const nameOfType = (type: AdqlType) => NAMES[type]
