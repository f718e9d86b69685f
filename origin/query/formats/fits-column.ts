// How a field becomes a column of a FITS binary table (FITS 4.0 §7.3). Rows are first spooled, because NAXIS2, the width
// of texts and the heap must be known before the first byte: a spooled cell is its value, or its length and then its
// bytes.

import {
  type ByteSink,
  type Cell,
  type Field,
  longOf,
  numberOf,
  numbersOf,
  shapeOf,
  textOf,
  truthOf,
} from '#src/votable'

export type Form =
  /** One value of a fixed number of bytes. */
  | { readonly kind: 'scalar'; readonly code: 'L' | 'I' | 'J' | 'K' | 'E' | 'D'; readonly bytes: number }
  /** As wide as the longest. */
  | { readonly kind: 'text' }
  /** A descriptor (P) of values in the heap. */
  | { readonly kind: 'array'; readonly code: 'L' | 'B' | 'I' | 'J' | 'K' | 'E' | 'D'; readonly bytes: number }
  /** So many values in the row. */
  | {
      readonly kind: 'fixed'
      readonly code: 'L' | 'B' | 'I' | 'J' | 'K' | 'E' | 'D'
      readonly bytes: number
      readonly count: number
    }

/** Stand for no value: the lowest of the type, which TNULL names. */
export const NULL_OF = { I: -32768, J: -2147483648, K: -9223372036854775808n } as const

const CODE = {
  boolean: ['L', 1],
  unsignedByte: ['B', 1],
  short: ['I', 2],
  int: ['J', 4],
  long: ['K', 8],
  float: ['E', 4],
  double: ['D', 8],
} as const

export function formOf(field: Field): Form {
  const { text, array, count, datatype } = shapeOf(field)
  if (text) return { kind: 'text' }
  const [code, bytes] = CODE[datatype as keyof typeof CODE]
  if (array) return count === undefined ? { kind: 'array', code, bytes } : { kind: 'fixed', code, bytes, count }
  // A byte has no value to spare for none: it is widened.
  return code === 'B' ? { kind: 'scalar', code: 'I', bytes: 2 } : { kind: 'scalar', code, bytes }
}

function putOne(sink: ByteSink, code: string, cell: Cell | undefined, name: string): void {
  const none = cell === null || cell === undefined
  if (code === 'D') sink.float64(none ? Number.NaN : numberOf(cell))
  else if (code === 'E') sink.float32(none ? Number.NaN : numberOf(cell))
  else if (code === 'J') sink.int32(none ? NULL_OF.J : numberOf(cell))
  else if (code === 'I') sink.int16(none ? NULL_OF.I : numberOf(cell))
  else if (code === 'K') sink.int64(none ? NULL_OF.K : longOf(cell, name))
  else if (code === 'B') sink.byte(none ? 0 : numberOf(cell))
  else {
    const truth = none ? undefined : truthOf(cell)
    sink.byte(truth === undefined ? 0 : truth ? 0x54 : 0x46)
  }
}

/** Puts a cell as it is spooled; the length of a text or the values of an array. */
export function putCell(sink: ByteSink, form: Form, cell: Cell | undefined, name: string): number {
  if (form.kind === 'scalar') {
    putOne(sink, form.code, cell, name)
    return 1
  }
  const none = cell === null || cell === undefined
  if (form.kind === 'fixed') {
    const values = none ? [] : numbersOf(cell)
    for (let i = 0; i < form.count; i++) putOne(sink, form.code, values[i], name)
    return form.count
  }
  sink.int32(0)
  const start = sink.length
  if (form.kind === 'text') {
    if (!none)
      sink.ascii(
        textOf(cell)
          .replace(/[^\x20-\x7e]/gu, '?')
          .trimEnd(),
      )
  } else if (!none) for (const value of numbersOf(cell)) putOne(sink, form.code, value, name)
  const length = (sink.length - start) / (form.kind === 'text' ? 1 : form.bytes)
  sink.view.setInt32(start - 4, length)
  return length
}
