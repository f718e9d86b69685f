// BINARY and BINARY2 streams in (VOTable 1.4 §5.3, §5.4): bytes in pieces, rows out as soon as they are whole.

import { VotableError } from './errors.ts'
import type { Cell } from './field.ts'
import { arrayText, fitted, type ReadField } from './read-value.ts'
import { type Shape, shapeOf } from './shape.ts'

const utf8 = new TextDecoder('utf-8')

/** Thrown inside only: so many bytes of the row are needed to go on. */
class Short {
  readonly needed: number
  constructor(needed: number) {
    this.needed = needed
  }
}

export interface BinaryOptions {
  readonly fields: readonly ReadField[]
  /** BINARY2: each row begins with a mask of its null cells. */
  readonly masked: boolean
  readonly cellBytes: number
  readonly row: (cells: Cell[]) => void
}

export class BinaryRows {
  readonly #options: BinaryOptions
  readonly #shapes: readonly Shape[]
  #bytes = new Uint8Array(0)
  #view = new DataView(this.#bytes.buffer)
  #at = 0
  /** Bytes below which the row cannot be whole. */
  #needed = 0

  constructor(options: BinaryOptions) {
    this.#options = options
    this.#shapes = options.fields.map(shapeOf)
  }

  push(more: Uint8Array): void {
    const joined = new Uint8Array(this.#bytes.length + more.length)
    joined.set(this.#bytes)
    joined.set(more, this.#bytes.length)
    this.#bytes = joined
    this.#view = new DataView(joined.buffer)
    let start = 0
    while (joined.length - start >= Math.max(1, this.#needed)) {
      this.#at = start
      try {
        const cells = this.#row()
        // Rows without a byte have no end.
        if (this.#at === start) throw new VotableError('bad-document', 'a binary row has no bytes')
        this.#options.row(cells)
      } catch (error) {
        if (!(error instanceof Short)) throw error
        this.#needed = error.needed - start
        break
      }
      start = this.#at
      this.#needed = 0
    }
    this.#bytes = joined.slice(start)
  }

  end(): void {
    if (this.#bytes.length > 0)
      throw new VotableError('bad-document', 'the binary stream ends within a row: its bytes are no whole rows')
  }

  #row(): Cell[] {
    const { fields, masked } = this.#options
    const mask = masked ? this.#take((fields.length + 7) >> 3) : 0
    const cells: Cell[] = []
    for (let i = 0; i < fields.length; i++) {
      const cell = this.#cell(fields[i], this.#shapes[i])
      const none = masked && (this.#bytes[mask + (i >> 3)] & (0x80 >> (i & 7))) !== 0
      cells.push(none ? null : cell)
    }
    return cells
  }

  /** Where the next so many bytes begin. */
  #take(count: number): number {
    const at = this.#at
    if (at + count > this.#bytes.length) throw new Short(at + count)
    this.#at += count
    return at
  }

  #cell(field: ReadField, shape: Shape): Cell {
    const count = shape.count ?? this.#view.getInt32(this.#take(4))
    if (count < 0 || count * shape.size > this.#options.cellBytes)
      throw new VotableError(
        'too-large',
        `a cell of ${field.name} may have ${this.#options.cellBytes} bytes, its count is ${count}`,
      )
    const at = this.#take(count * shape.size)
    if (shape.text) return this.#text(shape, at, count)
    if (!shape.array) return this.#value(field, shape, at)
    const values = Array.from({ length: count }, (_, i) => this.#value(field, shape, at + i * shape.size))
    return arrayText(field, values)
  }

  #text({ datatype }: Shape, at: number, count: number): string | null {
    let text = ''
    if (datatype === 'char') text = utf8.decode(this.#bytes.subarray(at, at + count))
    else
      for (let i = 0; i < count; i += 4096) {
        const units = Array.from({ length: Math.min(4096, count - i) }, (_, k) =>
          this.#view.getUint16(at + 2 * (i + k)),
        )
        text += String.fromCharCode(...units)
      }
    const end = text.indexOf('\0')
    const kept = end < 0 ? text : text.slice(0, end)
    return kept === '' ? null : kept
  }

  #value(field: ReadField, { datatype }: Shape, at: number): number | bigint | boolean | null {
    const view = this.#view
    if (datatype === 'double') return fitted(field, view.getFloat64(at))
    if (datatype === 'float') return fitted(field, view.getFloat32(at))
    if (datatype === 'boolean') {
      const letter = String.fromCharCode(view.getUint8(at))
      return 'Tt1'.includes(letter) ? true : 'Ff0'.includes(letter) ? false : null
    }
    const value =
      datatype === 'long'
        ? view.getBigInt64(at)
        : datatype === 'int'
          ? view.getInt32(at)
          : datatype === 'short'
            ? view.getInt16(at)
            : view.getUint8(at)
    if (field.nullValue !== undefined && `${value}` === field.nullValue) return null
    return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value
  }
}
