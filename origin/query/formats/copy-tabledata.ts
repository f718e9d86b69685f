// TABLEDATA straight from COPY's text, byte by byte: a cell that PostgreSQL spelt needs no more than its tags and, now and
// then, an escape. The generic writer (rows of cells) stays beside it; a test holds both to the same bytes.

import {
  type Cell,
  type Field,
  type Outcome,
  shapeOf,
  type VotableOptions,
  votableTail,
  votableWriter,
} from '#src/votable'
import { COPY_BYTES, readCopyRows } from '../copy-text.ts'
import type { AnyWriter } from './writer.ts'

const { TAB, LINE, BACKSLASH } = COPY_BYTES
const encoder = new TextEncoder()
const ROW = encoder.encode('<TR>')
const ROW_END = encoder.encode('</TR>\n')
const CELL = encoder.encode('<TD>')
const CELL_END = encoder.encode('</TD>')
const EMPTY = encoder.encode('<TD/>')
const LETTER_N = 78
const LETTER_I = 73
const MINUS = 45

/** Bytes of a cell that are not written as they are: controls, & < > and the backslash. */
const SPECIAL = new Uint8Array(256)
for (let code = 0; code < 32; code++) SPECIAL[code] = 1
for (const code of [0x26, 0x3c, 0x3e, BACKSLASH]) SPECIAL[code] = 1
// U+FFFE and U+FFFF begin so in UTF-8; XML holds neither.
SPECIAL[0xef] = 1

/** text and numbers pass as they are; what needs more goes through the generic writer, row by row. */
type Kind = 'text' | 'whole' | 'real' | 'other'

const kindOf = (field: Field): Kind => {
  const { text, array, datatype } = shapeOf(field)
  if (text) return 'text'
  if (array || datatype === 'boolean') return 'other'
  return datatype === 'float' || datatype === 'double' ? 'real' : 'whole'
}

/** Whether such a table can be written from bytes at all. */
export const copiesPlainly = (fields: readonly Field[]): boolean => fields.every((field) => kindOf(field) !== 'other')

export class CopyTabledata implements AnyWriter {
  readonly whole = true
  readonly #options: VotableOptions
  readonly #reals: readonly boolean[]
  readonly #columns: number
  #out = new Uint8Array(1 << 17)
  #at = 0

  constructor(options: VotableOptions) {
    this.#options = options
    this.#columns = options.fields.length
    this.#reals = options.fields.map((field) => kindOf(field) === 'real')
    this.#put(votableWriter(options).take())
  }

  get pending(): number {
    return this.#at
  }

  /** A row that was read after all. */
  row(cells: readonly Cell[]): void {
    const head = votableWriter({ fields: this.#options.fields })
    head.take()
    head.row(cells)
    this.#put(head.take())
  }

  /** Whole lines, so many of them at most; the number that was written. */
  lines(bytes: Uint8Array, most: number): number {
    let rows = 0
    let from = 0
    while (from < bytes.length && rows < most) {
      const end = bytes.indexOf(LINE, from)
      this.#reserve(10 + 9 * this.#columns + (end - from))
      const at = this.#at
      if (!this.#line(bytes, from, end)) {
        this.#at = at
        readCopyRows(bytes.subarray(from, end + 1), (cells) => {
          this.row(cells)
          return true
        })
      }
      rows++
      from = end + 1
    }
    return rows
  }

  /** False when something in the line needs more than to be copied. */
  #line(bytes: Uint8Array, from: number, end: number): boolean {
    const out = this.#out
    let at = this.#at
    out.set(ROW, at)
    at += ROW.length
    let column = 0
    for (let i = from; i <= end; column++) {
      if (bytes[i] === BACKSLASH && bytes[i + 1] === LETTER_N) {
        out.set(EMPTY, at)
        at += EMPTY.length
        i += 3
        continue
      }
      if (this.#reals[column]) {
        const first = bytes[i] === MINUS ? bytes[i + 1] : bytes[i]
        if (first === LETTER_I) return false
      }
      out[at] = 0x3c
      out[at + 1] = 0x54
      out[at + 2] = 0x44
      out[at + 3] = 0x3e
      at += CELL.length
      for (; i < end; i++) {
        const byte = bytes[i]
        if (byte === TAB) break
        if (SPECIAL[byte] === 1) return false
        out[at++] = byte
      }
      i++
      out[at] = 0x3c
      out[at + 1] = 0x2f
      out[at + 2] = 0x54
      out[at + 3] = 0x44
      out[at + 4] = 0x3e
      at += CELL_END.length
    }
    out.set(ROW_END, at)
    this.#at = at + ROW_END.length
    return column === this.#columns
  }

  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.#out.slice(0, this.#at)
    this.#at = 0
    return bytes
  }

  finish(outcome: Outcome): Uint8Array<ArrayBuffer> {
    this.#put(encoder.encode(votableTail(this.#options, outcome)))
    return this.take()
  }

  #put(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#out.set(bytes, this.#at)
    this.#at += bytes.length
  }

  #reserve(count: number): void {
    if (this.#at + count <= this.#out.length) return
    const grown = new Uint8Array(Math.max(this.#at + count, 2 * this.#out.length))
    grown.set(this.#out.subarray(0, this.#at))
    this.#out = grown
  }
}
