// The text of a TD, or of one value in it, as a Cell: checked against the datatype, since it comes from strangers.
// Texts stay texts, arrays become DALI's text (numbers between blanks), a NaN is no value.

import { VotableError } from './errors.ts'
import type { Cell, Field } from './field.ts'
import { INTEGER_RANGE, shapeOf } from './shape.ts'

export interface ReadField extends Field {
  /** VALUES null: the whole number that stands for none (VOTable 1.4 §4.6). */
  readonly nullValue?: string
}

const REAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const INFINITE = /^([+-]?)Inf(?:inity)?$/i
const WHOLE = /^[+-]?\d+$/
const HEX = /^0x[0-9a-f]+$/i
const LONG_LIMIT = 1n << 63n

const bad = (field: Field, text: string): VotableError =>
  new VotableError('bad-document', `column ${field.name} is ${field.datatype}, got "${text.slice(0, 40)}"`)

function real(field: Field, text: string): number | null {
  if (REAL.test(text)) return fitted(field, Number(text))
  if (/^nan$/i.test(text)) return null
  const infinite = INFINITE.exec(text)
  if (!infinite) throw bad(field, text)
  return infinite[1] === '-' ? -Infinity : Infinity
}

/** A float keeps the digits it was written with, but what 32 bits cannot hold is infinite, or zero. */
export function fitted({ datatype }: Field, value: number): number | null {
  if (Number.isNaN(value)) return null
  const single = Math.fround(value)
  return datatype === 'float' && (single === 0 || Math.abs(single) === Infinity) ? single : value
}

function whole(field: ReadField, text: string): number | bigint | null {
  if (text === field.nullValue) return null
  if (!WHOLE.test(text) && !HEX.test(text)) throw bad(field, text)
  const value = Number(text)
  if (field.datatype !== 'long') {
    const [low, high] = INTEGER_RANGE[field.datatype] as readonly [number, number]
    if (value < low || value > high) throw bad(field, text)
    return value
  }
  if (Number.isSafeInteger(value)) return value
  const long = BigInt(text.startsWith('+') ? text.slice(1) : text)
  if (long < -LONG_LIMIT || long >= LONG_LIMIT) throw bad(field, text)
  return long
}

function truth(field: Field, text: string): boolean | null {
  if (/^(?:t|true|1)$/i.test(text)) return true
  if (/^(?:f|false|0)$/i.test(text)) return false
  if (text === '?') return null
  throw bad(field, text)
}

/** Numbers as DALI's text; nothing where all of a geometry are NaN (DALI 1.1 §3.3). */
export function arrayText(field: Field, values: readonly (number | bigint | boolean | null)[]): string | null {
  if (values.length === 0) return null
  if (values.every((value) => value === null)) return null
  const { count } = shapeOf(field)
  if (count !== undefined && values.length !== count)
    throw new VotableError('bad-document', `column ${field.name} has ${count} values a cell, got ${values.length}`)
  return values.map((value) => (value === null ? 'NaN' : value === Infinity ? 'Infinity' : `${value}`)).join(' ')
}

export function cellReader(field: ReadField): (text: string) => Cell {
  const { text, array, datatype } = shapeOf(field)
  if (text) return (given) => (given === '' ? null : given)
  const one: (field: ReadField, text: string) => number | bigint | boolean | null =
    datatype === 'boolean' ? truth : datatype === 'float' || datatype === 'double' ? real : whole
  if (!array)
    return (given) => {
      const trimmed = given.trim()
      return trimmed === '' ? null : one(field, trimmed)
    }
  return (given) => {
    const trimmed = given.trim()
    if (trimmed === '') return null
    return arrayText(
      field,
      trimmed.split(/\s+/).map((part) => one(field, part)),
    )
  }
}
