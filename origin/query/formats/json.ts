// JSON: {"metadata": [{name, datatype, arraysize, xtype, unit, ucd, utype, description}, …], "data": [[cell, …], …],
// "status": "OK" | "OVERFLOW" | "ERROR", "message": only of an error}. Cells are numbers, texts, truth values, lists of
// numbers, or null; what is no finite number is null. A long is written with all its digits, also beyond 2^53.

import {
  type Cell,
  type Field,
  longOf,
  numberOf,
  numbersOf,
  type Outcome,
  type TableWriter,
  textOf,
  truthOf,
} from '#src/votable'

const encoder = new TextEncoder()

const real = (cell: Cell): string => {
  const value = numberOf(cell)
  return Number.isFinite(value) ? `${value}` : 'null'
}

function speller({ name, datatype, arraysize }: Field): (cell: Cell) => string {
  if (datatype === 'char' || datatype === 'unicodeChar') return (cell) => JSON.stringify(textOf(cell))
  const one: (cell: Cell) => string =
    datatype === 'boolean'
      ? (cell) => `${truthOf(cell) ?? null}`
      : datatype === 'float' || datatype === 'double'
        ? real
        : (cell) => (cell === null ? 'null' : `${longOf(cell, name)}`)
  return arraysize ? (cell) => `[${numbersOf(cell).map(one).join(',')}]` : one
}

/** What follows the last row. */
export function jsonTail(outcome: Outcome): string {
  if ('error' in outcome) return `\n],"status":"ERROR","message":${JSON.stringify(outcome.error)}}\n`
  return `\n],"status":"${outcome.overflow ? 'OVERFLOW' : 'OK'}"}\n`
}

export class JsonWriter implements TableWriter {
  readonly whole = true
  readonly #spell: readonly ((cell: Cell) => string)[]
  #text: string
  #first = true

  constructor(fields: readonly Field[]) {
    this.#spell = fields.map(speller)
    const metadata = fields.map(({ name, datatype, arraysize, xtype, unit, ucd, utype, description }) => ({
      name,
      datatype,
      arraysize,
      xtype,
      unit,
      ucd,
      utype,
      description,
    }))
    this.#text = `{"metadata":${JSON.stringify(metadata)},"data":[`
  }

  get pending(): number {
    return this.#text.length
  }

  row(cells: readonly Cell[]): void {
    const spell = this.#spell
    let row = this.#first ? '\n[' : ',\n['
    this.#first = false
    for (let i = 0; i < spell.length; i++) {
      if (i > 0) row += ','
      const cell = cells[i]
      row += cell === null || cell === undefined ? 'null' : spell[i](cell)
    }
    this.#text += `${row}]`
  }

  take(): Uint8Array<ArrayBuffer> {
    const bytes = encoder.encode(this.#text)
    this.#text = ''
    return bytes
  }

  finish(outcome: Outcome): Uint8Array<ArrayBuffer> {
    this.#text += jsonTail(outcome)
    return this.take()
  }
}
