// ARRAYSIZE (VOTable 1.4 §2.2): how many values a cell holds, and how long its binary form is (§2.1).

import { VotableError } from './errors.ts'
import type { Datatype, Field } from './field.ts'

export interface Shape {
  readonly datatype: Datatype
  readonly text: boolean
  /** More than one number, or a text. */
  readonly array: boolean
  /** Values of a fixed array (1 for a scalar); undefined where each cell has its own length. */
  readonly count?: number
  /** Bytes of one value. */
  readonly size: number
}

const DATATYPE_BYTES: Readonly<Record<Datatype, number>> = {
  boolean: 1,
  unsignedByte: 1,
  short: 2,
  int: 4,
  long: 8,
  char: 1,
  unicodeChar: 2,
  float: 4,
  double: 8,
}

const ARRAYSIZE = /^(?:\d{1,9}x){0,8}(?:\d{1,9}\*?|\*)$/

export const isDatatype = (name: string): name is Datatype => Object.hasOwn(DATATYPE_BYTES, name)

export function shapeOf({ name, datatype, arraysize }: Pick<Field, 'name' | 'datatype' | 'arraysize'>): Shape {
  const text = datatype === 'char' || datatype === 'unicodeChar'
  const size = DATATYPE_BYTES[datatype]
  if (arraysize === undefined || arraysize === '') return { datatype, text, array: false, count: 1, size }
  if (!ARRAYSIZE.test(arraysize))
    throw new VotableError('bad-value', `the arraysize of ${name} is such as *, 16, 16* or 2x*, got "${arraysize}"`)
  if (arraysize.endsWith('*')) return { datatype, text, array: true, size }
  const count = arraysize.split('x').reduce((product, length) => product * Number(length), 1)
  return { datatype, text, array: true, count, size }
}

/** Whole numbers: the range of each datatype. */
export const INTEGER_RANGE: Readonly<Partial<Record<Datatype, readonly [number, number]>>> = {
  unsignedByte: [0, 255],
  short: [-32768, 32767],
  int: [-2147483648, 2147483647],
}
