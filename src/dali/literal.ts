// Literals: the text of a parameter value <-> its value, with its VOTable clothing (DALI 1.2 §3).
// Angles are degrees, ICRS, as clients write them. `parse` throws DaliError('usage'); `format(parse(text))` is the
// canonical spelling: one text for equal values, so it can stand in a cache key.

import { quoted, usageError } from './fault.ts'

export interface Literal<T> {
  readonly datatype: 'char' | 'double' | 'int' | 'boolean'
  readonly arraysize?: string
  readonly xtype?: string
  /** What `parse` enforces, in its own spelling: descriptions of the parameter tell it. */
  readonly min?: string
  readonly max?: string
  readonly options?: readonly string[]
  /** What every value that is taken matches (ECMA-262), where text has a form; what matches may still be refused. */
  readonly pattern?: string
  /** `name` is the parameter's, for the message. */
  parse(text: string, name: string): T
  format(value: T): string
}

export const string = ({ maxLength = 1024 }: { maxLength?: number } = {}): Literal<string> => ({
  datatype: 'char',
  arraysize: '*',
  parse(text, name) {
    if (text.length > maxLength)
      throw usageError(`${name} has ${text.length} characters, at most ${maxLength} are taken`, name)
    if (/\p{Cc}/u.test(text)) throw usageError(`${name} holds a control character: ${quoted(text)}`, name)
    return text
  },
  format: (value) => value,
})

// VOTable 1.4 §2.1: an optional sign, digits, a point, an exponent. No hexadecimal, no "1_000", no "Infinity".
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?$/
const INFINITY = /^([+-]?)Inf$/

/** The shortest text that reads back as the same double; no "-0". */
export const formatNumber = (value: number): string => {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  if (value === Number.NEGATIVE_INFINITY) return '-Inf'
  return String(value === 0 ? 0 : value)
}

function parseNumber(text: string, name: string, { infinite = false } = {}): number {
  if (NUMBER.test(text)) {
    const value = Number(text)
    if (Number.isFinite(value)) return value
  }
  const open = infinite ? INFINITY.exec(text) : null
  if (open) return open[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  throw usageError(`${name} needs finite numbers, got ${quoted(text)}`, name)
}

export interface Limits {
  readonly min?: number
  readonly max?: number
}

function within(value: number, name: string, { min = -Infinity, max = Infinity }: Limits): number {
  if (value >= min && value <= max) return value
  const wanted = max === Infinity ? `at least ${min}` : min === -Infinity ? `at most ${max}` : `${min} to ${max}`
  throw usageError(`${name} needs a number of ${wanted}, got ${formatNumber(value)}`, name)
}

const told = (limit?: number) => (limit === undefined ? undefined : formatNumber(limit))

/** A number between limits, which belong to it. */
export const real = (limits: Limits = {}): Literal<number> => ({
  datatype: 'double',
  min: told(limits.min),
  max: told(limits.max),
  parse: (text, name) => within(parseNumber(text.trim(), name), name, limits),
  format: formatNumber,
})

export const double: Literal<number> = real()

/** A whole number that a double holds exactly. */
export const integer = (limits: Limits = {}): Literal<number> => ({
  datatype: 'int',
  min: told(limits.min),
  max: told(limits.max),
  parse(text, name) {
    const word = text.trim()
    const value = Number(word)
    if (!/^[+-]?\d{1,16}$/.test(word) || !Number.isSafeInteger(value))
      throw usageError(`${name} needs a whole number, got ${quoted(text)}`, name)
    return within(value === 0 ? 0 : value, name, limits)
  },
  format: formatNumber,
})

/** VOTable 1.4 §2.1 and DALI 1.2 §3.2: 1 and 0, true and false, t and f, whatever their case. */
export const boolean: Literal<boolean> = {
  datatype: 'boolean',
  parse(text, name) {
    const word = text.trim().toLowerCase()
    if (/^(?:1|t|true)$/.test(word)) return true
    if (/^(?:0|f|false)$/.test(word)) return false
    throw usageError(`${name} needs true or false, got ${quoted(text)}`, name)
  },
  format: String,
}

/** One of few words, as they are spelled; `anyCase` where the service's standard says that case does not count. */
export const choice = <const T extends string>(options: readonly T[], { anyCase = false } = {}): Literal<T> => ({
  datatype: 'char',
  arraysize: '*',
  options,
  parse(text, name) {
    const word = text.trim()
    const found = options.find((one) => one === word || (anyCase && one.toLowerCase() === word.toLowerCase()))
    if (found === undefined) throw usageError(`${name} is one of ${options.join(', ')}, got ${quoted(text)}`, name)
    return found
  },
  format: (value) => value,
})

/** Numbers separated by blanks. More of them than `most` are not even looked at. */
export function numbers(text: string, name: string, options: { infinite?: boolean; most?: number } = {}): number[] {
  const { infinite, most = MAX_NUMBERS } = options
  if (text.length > most * 32) throw usageError(`${name} has ${text.length} characters, too many`, name)
  const words = text.split(/\s+/).filter((word) => word !== '')
  if (words.length > most) throw usageError(`${name} has ${words.length} numbers, at most ${most} are taken`, name)
  return words.map((word) => parseNumber(word, name, { infinite }))
}

/** A polygon of 500 vertices: more than any footprint has, and its cost is still small. */
const MAX_NUMBERS = 1000

/** [low, high]; either may be infinite (DALI 1.2 §3.4). */
export type Interval = readonly [number, number]

export const interval: Literal<Interval> = {
  datatype: 'double',
  arraysize: '2',
  xtype: 'interval',
  parse(text, name) {
    const found = numbers(text, name, { infinite: true })
    if (found.length !== 2) throw usageError(`${name} needs 2 numbers, got ${found.length}: ${quoted(text)}`, name)
    const [low, high] = found
    if (low > high) throw usageError(`${name} needs its lower bound first, got ${quoted(text)}`, name)
    if (low === Number.POSITIVE_INFINITY || high === Number.NEGATIVE_INFINITY)
      throw usageError(`${name} is an empty interval: ${quoted(text)}`, name)
    return [low, high]
  },
  format: (value) => value.map(formatNumber).join(' '),
}

/** An interval, or one number for the interval that holds only it, as SIA 2.0 §2.1 has them. */
export const intervalOrNumber: Literal<Interval> = {
  ...interval,
  parse(text, name) {
    const single = NUMBER.test(text.trim()) ? parseNumber(text.trim(), name) : undefined
    return single === undefined ? interval.parse(text, name) : [single, single]
  },
}

// DALI 1.2 §3.3: a date, or date and time, UTC; the Z of civil times is taken too.
const TIMESTAMP = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}):(\d{2})(\.\d{1,9})?Z?)?$/

/** Milliseconds since 1970, UTC. */
export const timestamp: Literal<number> = {
  datatype: 'char',
  arraysize: '*',
  xtype: 'timestamp',
  parse(text, name) {
    const match = TIMESTAMP.exec(text.trim())
    const [year, month, day, hour, minute, second] = (match ?? []).slice(1, 7).map((part) => Number(part ?? 0))
    const ms = match ? Date.UTC(year, month - 1, day, hour, minute, second) : Number.NaN
    const date = new Date(ms)
    // Date.UTC carries 31 February over into March: what comes back must be what was said.
    const same = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60
    if (!match || !same || second > 59 || year < 1)
      throw usageError(`${name} needs a time such as 2027-03-04T05:06:07.8, got ${quoted(text)}`, name)
    return ms + (match[7] ? Math.round(Number(match[7]) * 1000) : 0)
  },
  format: (ms) => new Date(ms).toISOString().replace(/(?:\.000)?Z$/, ''),
}
