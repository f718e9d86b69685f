// Cells as numbers, truth values and text, whatever form they arrived in (see Cell in field.ts).

import { VotableError } from './errors.ts'
import type { Cell } from './field.ts'

const TRUE = /^(?:t|true|1)$/i
const FALSE = /^(?:f|false|0)$/i

/** undefined: no value. */
export function truthOf(cell: Cell): boolean | undefined {
  if (typeof cell === 'boolean') return cell
  if (typeof cell === 'number' || typeof cell === 'bigint') return Number(cell) !== 0
  const text = String(cell)
  return TRUE.test(text) ? true : FALSE.test(text) ? false : undefined
}

export function numberOf(cell: Cell): number {
  if (typeof cell === 'number') return cell
  if (typeof cell === 'string') return numberOfText(cell)
  return Number(cell)
}

/** VOTable writes +Inf, PostgreSQL writes Infinity. */
function numberOfText(text: string): number {
  const value = Number(text)
  if (!Number.isNaN(value)) return value
  const infinite = /^\s*([+-]?)inf(?:inity)?\s*$/i.exec(text)
  return infinite ? (infinite[1] === '-' ? -Infinity : Infinity) : Number.NaN
}

/** A 64-bit whole number without loss. */
export function longOf(cell: Cell, name: string): bigint | number {
  if (typeof cell === 'bigint') return cell
  const value = numberOf(cell)
  if (Number.isSafeInteger(value)) return value
  try {
    return BigInt(typeof cell === 'string' ? cell.trim() : value)
  } catch {
    throw new VotableError('bad-value', `${name} is a whole number, got ${String(cell).slice(0, 40)}`)
  }
}

const BLANKS_AND_BRACES = /[\s,{}()]+/

/** The numbers of an array cell: DALI's text, a list, or a database's own `{1,2}`. */
export function numbersOf(cell: Cell): readonly Cell[] {
  if (Array.isArray(cell)) return cell
  if (typeof cell !== 'string') return [cell]
  const parts = cell.split(BLANKS_AND_BRACES)
  if (parts.length > 0 && parts[0] === '') parts.shift()
  if (parts.length > 0 && parts.at(-1) === '') parts.pop()
  return parts
}

export function textOf(cell: Cell): string {
  if (typeof cell === 'string') return cell
  if (Array.isArray(cell)) return cell.map(spellNumber).join(' ')
  if (cell instanceof Uint8Array) return new TextDecoder('utf-8').decode(cell)
  return cell === null ? '' : String(cell)
}

/** The shortest spelling that reads back to the same double; VOTable's words for what is no number (§2.1). */
export function spellNumber(value: number): string {
  if (value - value === 0) return `${value}`
  return value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : 'NaN'
}
