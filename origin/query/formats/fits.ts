// FITS: an empty primary HDU and one binary table (FITS 4.0 §7.3). Rows are spooled to a file without a name, then
// written from it twice, rows and heap, in constant memory. Units, UCDs, utypes and descriptions are in TUNITn, TUCDn,
// TUTYPn and TCOMMn, as TOPCAT and astropy read them.

import { type Card, emptyPrimaryBytes, FitsHeader } from '#src/fits'
import { ByteSink, type Cell, type Field, type Outcome } from '#src/votable'
import { QueryError } from '../errors.ts'
import type { ProcessLimits } from '../orders.ts'
import { type Form, formOf, NULL_OF, putCell } from './fits-column.ts'
import { Spool } from './spool.ts'
import type { AnyWriter } from './writer.ts'

const PIECE = 1 << 18
const BLOCK = 2880
/** Of a table (FITS 4.0 §7.3.1). */
const MAX_COLUMNS = 999
const card = (keyword: string, value: Card['value'], comment = ''): Card => ({ keyword, value, comment })

export class FitsWriter implements AnyWriter {
  readonly pending = 0
  readonly whole = false
  readonly #fields: readonly Field[]
  readonly #forms: readonly Form[]
  /** The longest text or array of each column. */
  readonly #widest: number[]
  readonly #spool: Spool
  readonly #sink = new ByteSink()
  readonly #diskBytes: number
  #rows = 0
  #heapBytes = 0

  constructor(fields: readonly Field[], { diskBytes }: Pick<ProcessLimits, 'diskBytes'>) {
    if (fields.length > MAX_COLUMNS)
      throw new QueryError(
        'too-large',
        `a FITS table has at most ${MAX_COLUMNS} columns, this one has ${fields.length}`,
      )
    this.#fields = fields
    this.#forms = fields.map(formOf)
    this.#widest = fields.map(() => 0)
    this.#diskBytes = diskBytes
    this.#spool = new Spool(diskBytes)
  }

  row(cells: readonly Cell[]): void {
    const sink = this.#sink
    for (let i = 0; i < this.#forms.length; i++) {
      const form = this.#forms[i]
      const length = putCell(sink, form, cells[i], this.#fields[i].name)
      if (length > this.#widest[i]) this.#widest[i] = length
      if (form.kind === 'array') this.#heapBytes += length * form.bytes
    }
    this.#rows++
    if (sink.length >= PIECE) this.#spool.append(sink.take())
  }

  take(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(0)
  }

  finish(outcome: Outcome): Uint8Array<ArrayBuffer> {
    return new Uint8Array(Buffer.concat([...this.rest(outcome)]))
  }

  discard(): void {
    this.#spool.close()
  }

  *rest(outcome: Outcome): Generator<Uint8Array<ArrayBuffer>> {
    this.#spool.append(this.#sink.take())
    const rowBytes = this.#forms.reduce((sum, form, i) => sum + this.#widthOf(form, i), 0)
    const bytes = rowBytes * this.#rows + this.#heapBytes
    // One very long text makes every row as wide.
    if (bytes > this.#diskBytes)
      throw new QueryError('too-large', `as FITS the table has ${bytes} bytes, more than ${this.#diskBytes}`)
    yield new Uint8Array(emptyPrimaryBytes())
    yield this.#header(rowBytes, outcome).encode()
    yield* this.#walk((form, i, cells, out, heap) => this.#putInRow(form, i, cells, out, heap))
    yield* this.#walk((form, _i, cells, out) => {
      if (form.kind === 'array') out.raw(cells)
    })
    yield new Uint8Array((BLOCK - (bytes % BLOCK)) % BLOCK)
  }

  #widthOf(form: Form, i: number): number {
    if (form.kind === 'scalar') return form.bytes
    if (form.kind === 'fixed') return form.bytes * form.count
    return form.kind === 'text' ? Math.max(1, this.#widest[i]) : 16
  }

  #header(rowBytes: number, outcome: Outcome): FitsHeader {
    const cards = [
      card('XTENSION', 'BINTABLE', 'binary table extension'),
      card('BITPIX', 8),
      card('NAXIS', 2),
      card('NAXIS1', rowBytes, 'bytes in a row'),
      card('NAXIS2', this.#rows, 'rows'),
      card('PCOUNT', this.#heapBytes, 'bytes of the heap'),
      card('GCOUNT', 1),
      card('TFIELDS', this.#fields.length, 'columns'),
    ]
    for (const [i, { name, unit, ucd, utype, description }] of this.#fields.entries()) {
      const form = this.#forms[i]
      const n = i + 1
      cards.push(card(`TTYPE${n}`, ascii(name)), card(`TFORM${n}`, this.#tform(form, i)))
      if (unit) cards.push(card(`TUNIT${n}`, ascii(unit)))
      if (form.kind !== 'text' && form.code in NULL_OF && form.kind === 'scalar')
        cards.push(card(`TNULL${n}`, NULL_OF[form.code as keyof typeof NULL_OF]))
      if (ucd) cards.push(card(`TUCD${n}`, ascii(ucd)))
      if (utype) cards.push(card(`TUTYP${n}`, ascii(utype)))
      if (description) cards.push(card(`TCOMM${n}`, ascii(description)))
    }
    cards.push(card('EXTNAME', 'result'))
    if ('overflow' in outcome && outcome.overflow)
      cards.push(card('OVERFLOW', true, 'there were more rows than MAXREC'))
    const header = new FitsHeader().prepend(cards)
    // Long strings go on in CONTINUE cards: older readers want to be told.
    if (header.hasLongStrings) header.add(card('LONGSTRN', 'OGIP 1.0'))
    return header
  }

  #tform(form: Form, i: number): string {
    if (form.kind === 'scalar') return `1${form.code}`
    if (form.kind === 'text') return `${Math.max(1, this.#widest[i])}A`
    return form.kind === 'fixed' ? `${form.count}${form.code}` : `1Q${form.code}(${this.#widest[i]})`
  }

  #heapAt = 0

  #putInRow(form: Form, i: number, cell: Uint8Array, out: ByteSink, values: number): void {
    if (form.kind === 'array') {
      out.int64(values)
      out.int64(this.#heapAt)
      this.#heapAt += cell.length
      return
    }
    out.raw(cell)
    // FITS fills texts with blanks or ends them by NUL.
    if (form.kind === 'text') out.zeros(this.#widthOf(form, i) - cell.length)
  }

  /** Every spooled cell in turn. */
  *#walk(
    put: (form: Form, i: number, cell: Uint8Array, out: ByteSink, values: number) => void,
  ): Generator<Uint8Array<ArrayBuffer>> {
    const out = new ByteSink(2 * PIECE)
    const reader = new SpoolReader(this.#spool)
    for (let row = 0; row < this.#rows; row++) {
      for (const [i, form] of this.#forms.entries()) {
        if (form.kind === 'scalar') put(form, i, reader.bytes(form.bytes), out, 1)
        else if (form.kind === 'fixed') put(form, i, reader.bytes(form.bytes * form.count), out, form.count)
        else {
          const values = reader.count()
          put(form, i, reader.bytes(values * (form.kind === 'text' ? 1 : form.bytes)), out, values)
        }
      }
      if (out.length >= PIECE) yield out.take()
    }
    yield out.take()
  }
}

class SpoolReader {
  readonly #spool: Spool
  #piece = new Uint8Array(PIECE)
  #from = 0
  #to = 0
  #position = 0

  constructor(spool: Spool) {
    this.#spool = spool
  }

  count(): number {
    const four = this.bytes(4)
    return ((four[0] << 24) | (four[1] << 16) | (four[2] << 8) | four[3]) >>> 0
  }

  /** Valid until the next call. */
  bytes(count: number): Uint8Array {
    if (this.#to - this.#from < count) this.#fill(count)
    this.#from += count
    return this.#piece.subarray(this.#from - count, this.#from)
  }

  #fill(count: number): void {
    const left = this.#piece.subarray(this.#from, this.#to)
    const piece = count > this.#piece.length ? new Uint8Array(2 * count) : this.#piece
    piece.set(left)
    const read = this.#spool.read(piece.subarray(left.length), this.#position)
    this.#piece = piece
    this.#position += read
    this.#to = left.length + read
    this.#from = 0
  }
}

const ascii = (text: string): string => text.replace(/[^\x20-\x7e]/gu, '?')
