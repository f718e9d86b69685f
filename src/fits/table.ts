// Binary tables read whole, column by column (FITS 4.0 §7.3): fixed fields and P/Q arrays from the heap. Memory is
// bounded by the table's own bytes; heap pointers must lie inside the heap.

import { portableRuntime, type Runtime } from '#src/runtime'
import type { ByteSource, ReadOptions } from '#src/storage'
import { type ColumnCode, type ColumnLayout, ELEMENT_BYTES, type TableLayout, tableLayout } from './columns.ts'
import { FitsError } from './errors.ts'
import type { Hdu } from './hdu.ts'
import { swapInPlace } from './pixels.ts'

export type NumberColumn =
  | Uint8Array
  | Int8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array

/**
 * Numbers: rows * repeat of them in one array (complex: pairs). Text: a string a row. L: 1, 0, or 255 where undefined.
 * X: the bytes. P and Q: an array or string a row. TSCALn/TZEROn are applied; unsigned integers come as such.
 */
export interface TableColumn {
  readonly name: string
  /** TFORM's letter. */
  readonly code: ColumnCode
  /** Elements in a row. */
  readonly repeat: number
  readonly unit: string
  readonly values: NumberColumn | string[] | (NumberColumn | string)[]
}

export interface BinTable {
  readonly rows: number
  readonly columns: readonly TableColumn[]
}

/** Bytes of a table with its heap that one call may read. */
const MAX_TABLE_BYTES = 2 ** 30

/** From a source, or from the bytes of the whole file. */
export async function readBinTable(
  source: ByteSource | Uint8Array,
  hdu: Hdu,
  { runtime = portableRuntime, signal }: { runtime?: Runtime } & ReadOptions = {},
): Promise<BinTable> {
  if (hdu.kind !== 'bintable')
    throw new FitsError('unsupported', `HDU ${hdu.index} is no binary table, but ${hdu.kind}`)
  const { dataOffset: offset, dataLength: length } = hdu
  if (length > MAX_TABLE_BYTES)
    throw new FitsError('too-large', `a table may take ${MAX_TABLE_BYTES} bytes, this one takes ${length}`)
  const data =
    source instanceof Uint8Array
      ? source.subarray(offset, offset + length)
      : await source.read({ offset, length }, { signal })
  if (data.length < length) throw new FitsError('truncated', `HDU ${hdu.index} ends within its table`)
  const layout = tableLayout(hdu.header, length)
  return { rows: layout.rows, columns: layout.columns.map((column) => readColumn(data, layout, column, runtime)) }
}

function readColumn(data: Uint8Array, layout: TableLayout, column: ColumnLayout, runtime: Runtime): TableColumn {
  const { name, code, repeat, unit, offset, width } = column
  const base = { name, code, repeat, unit }
  const { rows, rowBytes } = layout
  if (column.element) return { ...base, values: readHeap(data, layout, column, runtime) }
  if (code === 'A') {
    const values: string[] = []
    for (let row = 0; row < rows; row++) values.push(text(data, row * rowBytes + offset, width))
    return { ...base, values }
  }
  const bytes = new Uint8Array(rows * width)
  for (let row = 0, from = offset; row < rows; row++, from += rowBytes)
    bytes.set(data.subarray(from, from + width), row * width)
  return { ...base, values: numbers(bytes, code, column, runtime) }
}

/** The arrays that a column of descriptors points at. */
function readHeap(
  data: Uint8Array,
  { rows, rowBytes, heapOffset }: TableLayout,
  column: ColumnLayout,
  runtime: Runtime,
): (NumberColumn | string)[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const element = column.element!
  const out: (NumberColumn | string)[] = []
  let total = 0
  for (let row = 0; row < rows; row++) {
    const at = row * rowBytes + column.offset
    const wide = column.code === 'Q'
    const count = column.repeat === 0 ? 0 : wide ? Number(view.getBigInt64(at)) : view.getUint32(at)
    const start =
      count === 0 ? heapOffset : heapOffset + (wide ? Number(view.getBigInt64(at + 8)) : view.getUint32(at + 4))
    const length = element === 'X' ? Math.ceil(count / 8) : count * ELEMENT_BYTES[element]
    if (count < 0 || start < heapOffset || start + length > data.length)
      throw new FitsError(
        'bad-data',
        `row ${row} of "${column.name}" lies in the heap at ${heapOffset}..${data.length}, got ${length} bytes at ${start}`,
      )
    // Descriptors may share heap bytes: without a bound a small file could ask for endless copies.
    total += length
    if (total > MAX_TABLE_BYTES) throw new FitsError('too-large', `the arrays of "${column.name}" take more than 1 GiB`)
    if (element === 'A') out.push(text(data, start, length))
    else out.push(numbers(new Uint8Array(data.subarray(start, start + length)), element, column, runtime))
  }
  return out
}

function text(data: Uint8Array, start: number, width: number): string {
  let end = start
  while (end < start + width && data[end] !== 0) end++
  while (end > start && data[end - 1] === 0x20) end--
  let out = ''
  for (let i = start; i < end; i++) out += String.fromCharCode(data[i])
  return out
}

/** Big-endian bytes of our own to numbers of the column's meaning. */
function numbers(
  bytes: Uint8Array<ArrayBuffer>,
  code: ColumnCode,
  column: ColumnLayout,
  runtime: Runtime,
): NumberColumn {
  const { buffer } = bytes
  const word = code === 'C' ? 4 : code === 'M' ? 8 : ELEMENT_BYTES[code]
  swapInPlace(bytes, word, runtime)
  switch (code) {
    case 'L':
      return bytes.map((letter) => (letter === 0x54 ? 1 : letter === 0x46 ? 0 : 255))
    case 'X':
      return bytes
    case 'B':
      return column.scale === 1 && column.zero === -128
        ? Int8Array.from(bytes, (value) => value - 128)
        : scaled(bytes, column)
    case 'I':
      return column.scale === 1 && column.zero === 2 ** 15
        ? new Uint16Array(buffer).map((value) => value ^ 0x8000)
        : scaled(new Int16Array(buffer), column)
    case 'J':
      return column.scale === 1 && column.zero === 2 ** 31
        ? new Uint32Array(buffer).map((value) => value ^ 0x80000000)
        : scaled(new Int32Array(buffer), column)
    case 'K': {
      if (column.scale === 1 && column.zero === 2 ** 63)
        return new BigUint64Array(buffer).map((value) => value ^ (1n << 63n))
      const values = new BigInt64Array(buffer)
      if (column.scale === 1 && column.zero === 0) return values
      return Float64Array.from(values, (value) => Number(value) * column.scale + column.zero)
    }
    case 'E':
    case 'C':
      return scaled(new Float32Array(buffer), column)
    default:
      return scaled(new Float64Array(buffer), column)
  }
}

function scaled(
  values: Uint8Array | Int16Array | Int32Array | Float32Array | Float64Array,
  { scale, zero }: ColumnLayout,
): NumberColumn {
  if (scale === 1 && zero === 0) return values
  return Float64Array.from(values, (value) => value * scale + zero)
}
