// BINARY2 (VOTable 1.4 §5.4): each row is a mask of its null cells, first field in the highest bit, then the cells, big
// endian; arrays without a fixed length are preceded by their count in four bytes. The stream is base64, one piece for each
// take(): lines of a fixed length are not asked for (RFC 4648 §3.1).

import { encodeBase64 } from './base64.ts'
import { ByteSink } from './bytes.ts'
import { longOf, numberOf, numbersOf, textOf, truthOf } from './cell.ts'
import { documentHead, documentTail } from './document.ts'
import { VotableError } from './errors.ts'
import type { Cell, Field } from './field.ts'
import { INTEGER_RANGE, type Shape, shapeOf } from './shape.ts'
import type { Outcome, TableWriter, VotableOptions } from './writer.ts'

type Put = (sink: ByteSink, cell: Cell) => void

const encoder = new TextEncoder()
const TRUE = 0x54
const FALSE = 0x46
const UNKNOWN = 0x3f

/** Puts one value of the datatype, whatever form it has. */
function putOne(shape: Shape, name: string): Put {
  const { datatype } = shape
  if (datatype === 'double') return (sink, cell) => sink.float64(numberOf(cell))
  if (datatype === 'float') return (sink, cell) => sink.float32(numberOf(cell))
  if (datatype === 'long') return (sink, cell) => sink.int64(longOf(cell, name))
  if (datatype === 'boolean')
    return (sink, cell) => {
      const truth = truthOf(cell)
      sink.byte(truth === undefined ? UNKNOWN : truth ? TRUE : FALSE)
    }
  const [low, high] = INTEGER_RANGE[datatype] as readonly [number, number]
  const put =
    datatype === 'int'
      ? (sink: ByteSink, value: number) => sink.int32(value)
      : datatype === 'short'
        ? (sink: ByteSink, value: number) => sink.int16(value)
        : (sink: ByteSink, value: number) => sink.byte(value)
  return (sink, cell) => {
    const value = numberOf(cell)
    if (!(value >= low && value <= high && Number.isInteger(value)))
      throw new VotableError('bad-value', `${name} is ${datatype}, got ${String(cell).slice(0, 40)}`)
    put(sink, value)
  }
}

function putUtf16(sink: ByteSink, value: string): void {
  for (let i = 0; i < value.length; i++) sink.int16(value.charCodeAt(i))
}

/**
 * Text: one byte a character for char, which VOTable 1.4 §2.1 keeps to ASCII (astropy 8 and older refuse other bytes),
 * UTF-16 for unicodeChar. A fixed length is filled with NUL, or cut.
 */
function putText({ datatype, count }: Shape): Put {
  const wide = datatype === 'unicodeChar'
  return (sink, cell) => {
    const value = typeof cell === 'string' ? cell : textOf(cell)
    const start = count === undefined ? sink.reserve(4) + 4 : sink.length
    if (wide) putUtf16(sink, value)
    else sink.ascii(value)
    const length = sink.length - start
    if (count === undefined) sink.view.setInt32(start - 4, wide ? length / 2 : length)
    else if (length < count * (wide ? 2 : 1)) sink.zeros(count * (wide ? 2 : 1) - length)
    else sink.length = start + count * (wide ? 2 : 1)
  }
}

function putArray(shape: Shape, name: string): Put {
  const { count } = shape
  const one = putOne(shape, name)
  return (sink, cell) => {
    const values = numbersOf(cell)
    if (count === undefined) sink.int32(values.length)
    else if (values.length !== count)
      throw new VotableError('bad-value', `${name} has ${count} values a cell, got ${values.length}`)
    for (const value of values) one(sink, value)
  }
}

/** How the cells of a column are put into a row, and how a null one fills its place. */
function binaryColumn(field: Field): BinaryColumn {
  const shape = shapeOf(field)
  const put = shape.text ? putText(shape) : shape.array ? putArray(shape, field.name) : putOne(shape, field.name)
  if (shape.count === undefined) return { put, putNull: (sink) => sink.zeros(4) }
  const bytes = shape.count * shape.size
  const nan = shape.datatype === 'float' ? FLOAT_NAN : shape.datatype === 'double' ? DOUBLE_NAN : undefined
  if (!nan) return { put, putNull: (sink) => sink.zeros(bytes) }
  return {
    put,
    putNull(sink) {
      for (let at = 0; at < bytes; at += nan.length) sink.raw(nan)
    },
  }
}

interface BinaryColumn {
  put: Put
  putNull(sink: ByteSink): void
}

const FLOAT_NAN = Uint8Array.of(0x7f, 0xc0, 0, 0)
const DOUBLE_NAN = Uint8Array.of(0x7f, 0xf8, 0, 0, 0, 0, 0, 0)

export class Binary2Writer implements TableWriter {
  readonly #options: VotableOptions
  readonly #columns: readonly BinaryColumn[]
  readonly #maskBytes: number
  readonly #rows = new ByteSink()
  #head: string | undefined

  constructor(options: VotableOptions) {
    this.#options = { ...options, serialization: 'BINARY2' }
    this.#columns = options.fields.map(binaryColumn)
    this.#maskBytes = (options.fields.length + 7) >> 3
    this.#head = documentHead(this.#options)
  }

  get pending(): number {
    return (this.#head?.length ?? 0) + Math.floor((this.#rows.length * 4) / 3)
  }

  /** Base64 goes by three bytes: only where they end with a row can a tail follow without padding in the middle. */
  get whole(): boolean {
    return this.#rows.length % 3 === 0
  }

  row(cells: readonly Cell[]): void {
    const columns = this.#columns
    const sink = this.#rows
    const start = sink.length
    try {
      sink.zeros(this.#maskBytes)
      for (let i = 0; i < columns.length; i++) {
        const cell = cells[i]
        if (cell === null || cell === undefined) {
          sink.bytes[start + (i >> 3)] |= 0x80 >> (i & 7)
          columns[i].putNull(sink)
        } else columns[i].put(sink, cell)
      }
    } catch (error) {
      sink.length = start
      throw error
    }
  }

  take(): Uint8Array<ArrayBuffer> {
    return this.#encode(this.#rows.length - (this.#rows.length % 3), '')
  }

  finish(outcome: Outcome): Uint8Array<ArrayBuffer> {
    return this.#encode(this.#rows.length, documentTail(this.#options, outcome))
  }

  #encode(count: number, tail: string): Uint8Array<ArrayBuffer> {
    const before = encoder.encode(this.#head ?? '')
    const behind = encoder.encode(tail)
    this.#head = undefined
    const out = new Uint8Array(before.length + 4 * Math.ceil(count / 3) + behind.length)
    out.set(before)
    const at = encodeBase64(this.#rows.bytes, count, out, before.length)
    out.set(behind, at)
    this.#rows.drop(count)
    return out
  }
}
