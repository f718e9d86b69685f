// A cell as the plain text of CSV and TSV: what TABLEDATA holds, without its escapes, and numbers that are none spelt as
// most readers take them.

import { numberOf, numbersOf, spellNumber, textOf, truthOf } from './cell.ts'
import type { Cell, Field } from './field.ts'
import { shapeOf } from './shape.ts'

const WHOLE = /^-?\d+$/

function real(cell: Cell): string {
  const value = numberOf(cell)
  return Math.abs(value) === Infinity ? `${value}` : spellNumber(value)
}

function whole(cell: Cell): string {
  if (typeof cell === 'bigint' || (typeof cell === 'string' && WHOLE.test(cell))) return `${cell}`
  return `${numberOf(cell)}`
}

const truth = (cell: Cell): string => `${truthOf(cell) ?? ''}`

export function plainCell(field: Field): (cell: Cell) => string {
  const { text, array, datatype } = shapeOf(field)
  if (text) return textOf
  const one = datatype === 'boolean' ? truth : datatype === 'float' || datatype === 'double' ? real : whole
  return array ? (cell) => numbersOf(cell).map(one).join(' ') : one
}
