// TABLEDATA (VOTable 1.4 §5.1): one TR a row, one TD a cell; an empty TD is no value. Rows are put together as text and
// become UTF-8 when they are taken, all at once: that is faster than byte by byte.

import { escapeText } from '#src/xml'
import { numberOf, numbersOf, spellNumber, textOf, truthOf } from './cell.ts'
import { documentHead, documentTail } from './document.ts'
import { VotableError } from './errors.ts'
import type { Cell, Field } from './field.ts'
import { shapeOf } from './shape.ts'
import type { Outcome, TableWriter, VotableOptions } from './writer.ts'

const encoder = new TextEncoder()
// What XML text can hold as it is.
const PLAIN = /^[\t\n\u0020-\u0025\u0027-\u003b\u003d\u003f-\ud7ff]*$/

type Spell = (cell: Cell) => string

const text: Spell = (cell) => {
  const value = typeof cell === 'string' ? cell : textOf(cell)
  return PLAIN.test(value) ? value : escapeText(value)
}

const real: Spell = (cell) => (typeof cell === 'number' ? spellNumber(cell) : spellNumber(numberOf(cell)))

const truth: Spell = (cell) => {
  const value = truthOf(cell)
  return value === undefined ? '' : value ? 'true' : 'false'
}

const WHOLE = /^-?\d+$/

/** A database's own spelling of a whole number passes as it is. */
function whole(name: string): Spell {
  return (cell) => {
    if (typeof cell === 'bigint' || Number.isInteger(cell)) return `${cell}`
    if (typeof cell === 'string' && WHOLE.test(cell)) return cell
    const value = typeof cell === 'boolean' ? Number(cell) : numberOf(cell)
    if (Number.isInteger(value)) return `${value}`
    throw new VotableError('bad-value', `${name} is a whole number, got ${String(cell).slice(0, 40)}`)
  }
}

/** How the cells of a column are written between their tags; null is for the caller. */
export function speller(field: Field): Spell {
  const shape = shapeOf(field)
  if (shape.text) return text
  const { datatype } = shape
  const one = datatype === 'boolean' ? truth : datatype === 'float' || datatype === 'double' ? real : whole(field.name)
  return shape.array ? (cell) => numbersOf(cell).map(one).join(' ') : one
}

/** No value is an empty cell, but a fixed array of floats is filled with NaN (STILTS takes offence at an empty one). */
function nullCell(field: Field): string {
  const { text, array, count, datatype } = shapeOf(field)
  const floats = !text && array && count !== undefined && (datatype === 'float' || datatype === 'double')
  return floats ? `<TD>${Array(count).fill('NaN').join(' ')}</TD>` : '<TD/>'
}

export class TabledataWriter implements TableWriter {
  readonly whole = true
  readonly #options: VotableOptions
  readonly #spell: readonly Spell[]
  readonly #null: readonly string[]
  /** Columns of one float or double. */
  readonly #reals: readonly number[]
  readonly #values: number[]
  #text: string

  constructor(options: VotableOptions) {
    this.#options = options
    this.#spell = options.fields.map(speller)
    this.#null = options.fields.map(nullCell)
    this.#reals = this.#spell.flatMap((spell, i) => (spell === real ? [i] : []))
    this.#values = this.#reals.map(() => 0)
    this.#text = documentHead(options)
  }

  get pending(): number {
    return this.#text.length
  }

  row(cells: readonly Cell[]): void {
    const spell = this.#spell
    const reals = this.#spellReals(cells)
    let row = '<TR>'
    for (let i = 0, next = 0; i < spell.length; i++) {
      const cell = cells[i]
      const real = next < reals.length && this.#reals[next] === i ? reals[next++] : ''
      if (cell === null || cell === undefined) row += this.#null[i]
      else if (real !== '' && typeof cell === 'number' && cell - cell === 0) row += `<TD>${real}</TD>`
      else row += `<TD>${spell[i](cell)}</TD>`
    }
    this.#text += `${row}</TR>\n`
  }

  /** The row's doubles at once: as a list they are spelt alike, in about half of the time (measured 2026-11-22). */
  #spellReals(cells: readonly Cell[]): readonly string[] {
    const columns = this.#reals
    if (columns.length === 0) return columns as readonly never[]
    const values = this.#values
    for (let k = 0; k < columns.length; k++) {
      const cell = cells[columns[k]]
      values[k] = typeof cell === 'number' ? cell : 0
    }
    return JSON.stringify(values).slice(1, -1).split(',')
  }

  take(): Uint8Array<ArrayBuffer> {
    const bytes = encoder.encode(this.#text) as Uint8Array<ArrayBuffer>
    this.#text = ''
    return bytes
  }

  finish(outcome: Outcome): Uint8Array<ArrayBuffer> {
    this.#text += documentTail(this.#options, outcome)
    return this.take()
  }
}
