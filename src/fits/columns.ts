// The columns of a binary table, from its header (FITS 4.0 §7.3.1): where each field lies in a row and how to read it.

import { FitsError } from './errors.ts'
import type { FitsHeader } from './header.ts'

/** TFORM letters; P and Q are descriptors (32 and 64 bit) of arrays in the heap. */
export type ColumnCode = 'L' | 'X' | 'B' | 'I' | 'J' | 'K' | 'A' | 'E' | 'D' | 'C' | 'M' | 'P' | 'Q'

export interface ColumnLayout {
  readonly name: string
  readonly code: ColumnCode
  /** Elements in a row; for descriptors 0 or 1. */
  readonly repeat: number
  /** What the heap arrays of a descriptor hold. */
  readonly element?: ColumnCode
  /** Bytes from the start of the row. */
  readonly offset: number
  /** Bytes in the row. */
  readonly width: number
  readonly unit: string
  readonly scale: number
  readonly zero: number
  readonly tnull?: number
  readonly tdim?: string
}

export interface TableLayout {
  readonly rows: number
  readonly rowBytes: number
  /** Bytes from the start of the data to the heap. */
  readonly heapOffset: number
  readonly columns: readonly ColumnLayout[]
}

/** Bytes of one element; X counts bits and is handled by its width. */
export const ELEMENT_BYTES: Record<ColumnCode, number> = {
  L: 1,
  X: 1,
  B: 1,
  I: 2,
  J: 4,
  K: 8,
  A: 1,
  E: 4,
  D: 8,
  C: 8,
  M: 16,
  P: 8,
  Q: 16,
}
const TFORM = /^\s*(\d*)([LXBIJKAEDCMPQ])(?:([LXBIJKAEDCM])?.*)?$/
const MAX_COLUMNS = 999

/** `dataLength` bounds what the header may claim: rows and heap lie inside it. */
export function tableLayout(header: FitsHeader, dataLength: number): TableLayout {
  const rowBytes = header.number('NAXIS1') ?? 0
  const rows = rowBytes === 0 ? 0 : (header.number('NAXIS2') ?? 0)
  const heapOffset = header.number('THEAP') ?? rowBytes * rows
  const fields = header.number('TFIELDS') ?? 0
  if (!Number.isInteger(fields) || fields < 0 || fields > MAX_COLUMNS)
    throw new FitsError(
      'bad-header',
      `TFIELDS is a whole number from 0 to ${MAX_COLUMNS}, got ${header.get('TFIELDS')}`,
    )
  if (!(rows * rowBytes <= dataLength && heapOffset <= dataLength))
    throw new FitsError(
      'bad-header',
      `${rows} rows of ${rowBytes} bytes and a heap do not fit ${dataLength} bytes of data`,
    )
  if (!Number.isSafeInteger(heapOffset) || heapOffset < rowBytes * rows)
    throw new FitsError('bad-header', `THEAP is at least the table's ${rowBytes * rows} bytes, got ${heapOffset}`)
  const columns: ColumnLayout[] = []
  let offset = 0
  for (let i = 1; i <= fields; i++) {
    const column = columnLayout(header, i, offset)
    columns.push(column)
    offset += column.width
  }
  if (offset > rowBytes)
    throw new FitsError('bad-header', `the columns take ${offset} bytes a row, but NAXIS1 is ${rowBytes}`)
  return { rows, rowBytes, heapOffset, columns }
}

function columnLayout(header: FitsHeader, i: number, offset: number): ColumnLayout {
  const form = header.string(`TFORM${i}`) ?? ''
  const match = TFORM.exec(form)
  if (!match) throw new FitsError('bad-header', `TFORM${i} is a binary table format such as 1PB(80), got "${form}"`)
  const repeat = match[1] === '' ? 1 : Number(match[1])
  const code = match[2] as ColumnCode
  const descriptor = code === 'P' || code === 'Q'
  if (descriptor && (repeat > 1 || !match[3]))
    throw new FitsError('bad-header', `TFORM${i} describes at most one array of a named type, got "${form}"`)
  return {
    name: header.string(`TTYPE${i}`) ?? '',
    code,
    repeat,
    element: descriptor ? (match[3] as ColumnCode) : undefined,
    offset,
    width: code === 'X' ? Math.ceil(repeat / 8) : repeat * ELEMENT_BYTES[code],
    unit: header.string(`TUNIT${i}`) ?? '',
    scale: header.number(`TSCAL${i}`) ?? 1,
    zero: header.number(`TZERO${i}`) ?? 0,
    tnull: header.number(`TNULL${i}`),
    tdim: header.string(`TDIM${i}`),
  }
}
