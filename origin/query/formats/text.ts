// CSV (RFC 4180: CRLF, quotes doubled) and TSV (IANA text/tab-separated-values: no tab or line end within a cell), both
// with a line of names. No value is an empty cell; an empty text in CSV is a pair of quotes.

import { type Cell, type Field, type Outcome, plainCell, type TableWriter } from '#src/votable'

const encoder = new TextEncoder()
const QUOTED = /[",\r\n]|^\s|\s$|^$/
const BREAKS = /[\t\r\n\v\f\u0085\u2028\u2029]+/g

const csvText = (text: string): string => (QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
const tsvText = (text: string): string => text.replace(BREAKS, ' ')

abstract class TextWriter implements TableWriter {
  readonly whole = true
  readonly #spell: readonly ((cell: Cell) => string)[]
  readonly #separator: string
  readonly #end: string
  #text: string

  constructor(fields: readonly Field[], quote: (text: string) => string, separator: string, end: string) {
    this.#separator = separator
    this.#end = end
    this.#spell = fields.map((field) => {
      const plain = plainCell(field)
      return /[cC]har$/.test(field.datatype) ? (cell: Cell) => quote(plain(cell)) : plain
    })
    this.#text = fields.map(({ name }) => quote(name)).join(separator) + end
  }

  get pending(): number {
    return this.#text.length
  }

  row(cells: readonly Cell[]): void {
    const spell = this.#spell
    let line = ''
    for (let i = 0; i < spell.length; i++) {
      if (i > 0) line += this.#separator
      const cell = cells[i]
      if (cell !== null && cell !== undefined) line += spell[i](cell)
    }
    this.#text += line + this.#end
  }

  take(): Uint8Array<ArrayBuffer> {
    const bytes = encoder.encode(this.#text)
    this.#text = ''
    return bytes
  }

  /** These formats have no place for an outcome. */
  finish(_outcome: Outcome): Uint8Array<ArrayBuffer> {
    return this.take()
  }
}

export class CsvWriter extends TextWriter {
  constructor(fields: readonly Field[]) {
    super(fields, csvText, ',', '\r\n')
  }
}

export class TsvWriter extends TextWriter {
  constructor(fields: readonly Field[]) {
    super(fields, tsvText, '\t', '\n')
  }
}
