// Small binary tables, whole (FITS 4.0 §7.3): fixed-length columns only.

import type { Runtime } from '#src/runtime'
import type { Card } from './card.ts'
import { ELEMENT_BYTES } from './columns.ts'
import { FitsError } from './errors.ts'
import { FitsHeader } from './header.ts'
import type { NumberColumn } from './table.ts'
import { joinHdu, prependStructure } from './write.ts'

export interface ColumnToWrite {
  readonly name: string
  /** L, B, I, J, K, E and D take numbers; A takes strings (ASCII). */
  readonly code: 'L' | 'B' | 'I' | 'J' | 'K' | 'E' | 'D' | 'A'
  /** Elements in a row (default 1; for A the width, default the longest string). */
  readonly repeat?: number
  readonly unit?: string
  readonly values: NumberColumn | readonly number[] | readonly bigint[] | readonly string[] | readonly boolean[]
}

const TABLE_CARDS =
  /^(?:SIMPLE|XTENSION|BITPIX|NAXIS\d*|PCOUNT|GCOUNT|EXTEND|TFIELDS|THEAP|(?:TTYPE|TFORM|TUNIT|TSCAL|TZERO|TNULL|TDIM|TDISP)\d+|CHECKSUM|DATASUM)$/

/** A whole BINTABLE extension. */
export function binTableBytes(
  columns: readonly ColumnToWrite[],
  options: { header?: FitsHeader; name?: string; runtime?: Runtime; checksum?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  const { header = new FitsHeader(), name, checksum = true } = options
  const repeats = columns.map(repeatOf)
  const counts = columns.map(({ code, values }, i) => values.length / (code === 'A' ? 1 : Math.max(1, repeats[i])))
  const rows = counts[0] ?? 0
  if (counts.some((count) => count !== rows))
    throw new FitsError('bad-value', `the columns of a table are equally long, got ${counts.join(', ')} rows`)
  const widths = columns.map(({ code }, i) => ELEMENT_BYTES[code] * repeats[i])
  const rowBytes = widths.reduce((sum, width) => sum + width, 0)
  const data = new Uint8Array(rows * rowBytes)
  const view = new DataView(data.buffer)
  let offset = 0
  for (const [i, column] of columns.entries()) {
    if (column.code === 'A') putStrings(data, column.values as readonly string[], widths[i], offset, rowBytes)
    else putNumbers(view, column, repeats[i], offset, rowBytes)
    offset += widths[i]
  }
  return joinHdu(tableCards(header, columns, repeats, rowBytes, rows, 0, name), data, checksum)
}

/**
 * The header of a table of these columns; `form` overrides TFORM for descriptors, `more` follows the structure at once
 * (CFITSIO wants the Z-keywords of a compressed image before any other card).
 */
export function tableCards(
  header: FitsHeader,
  columns: readonly { name: string; code: string; unit?: string; form?: string }[],
  repeats: readonly number[],
  rowBytes: number,
  rows: number,
  heapBytes: number,
  name?: string,
  more: readonly Card[] = [],
): FitsHeader {
  const cards: Card[] = [
    card('XTENSION', 'BINTABLE', 'binary table extension'),
    card('BITPIX', 8, ''),
    card('NAXIS', 2, ''),
    card('NAXIS1', rowBytes, 'bytes in a row'),
    card('NAXIS2', rows, 'rows'),
    card('PCOUNT', heapBytes, 'bytes of the heap'),
    card('GCOUNT', 1, ''),
    card('TFIELDS', columns.length, 'columns'),
  ]
  for (const [i, column] of columns.entries()) {
    cards.push(card(`TTYPE${i + 1}`, column.name, ''))
    cards.push(card(`TFORM${i + 1}`, column.form ?? `${repeats[i] === 1 ? '' : repeats[i]}${column.code}`, ''))
    if (column.unit) cards.push(card(`TUNIT${i + 1}`, column.unit, ''))
  }
  cards.push(...more)
  if (name) cards.push(card('EXTNAME', name, ''))
  const out = header.clone().removeWhere((keyword) => TABLE_CARDS.test(keyword))
  if (name !== undefined) out.remove('EXTNAME')
  return prependStructure(out, cards)
}

const card = (keyword: string, value: Card['value'], comment: string): Card => ({ keyword, value, comment })

function repeatOf({ code, repeat, values }: ColumnToWrite): number {
  if (code !== 'A') return repeat ?? 1
  return repeat ?? Math.max(1, ...(values as readonly string[]).map((text) => text.length))
}

function putStrings(data: Uint8Array, values: readonly string[], width: number, offset: number, rowBytes: number) {
  for (const [row, text] of values.entries())
    for (let i = 0; i < Math.min(width, text.length); i++) {
      const code = text.charCodeAt(i)
      data[row * rowBytes + offset + i] = code < 0x80 ? code : 0x3f
    }
}

function putNumbers(view: DataView, column: ColumnToWrite, repeat: number, offset: number, rowBytes: number) {
  const { code, values } = column
  const size = ELEMENT_BYTES[code]
  for (let i = 0; i < values.length; i++) {
    const at = Math.floor(i / repeat) * rowBytes + offset + (i % repeat) * size
    const value = values[i] as number | bigint | boolean
    if (code === 'K') view.setBigInt64(at, BigInt(value as number))
    else if (code === 'L') view.setUint8(at, value ? 0x54 : 0x46)
    else if (code === 'B') view.setUint8(at, Number(value))
    else if (code === 'I') view.setInt16(at, Number(value))
    else if (code === 'J') view.setInt32(at, Number(value))
    else if (code === 'E') view.setFloat32(at, Number(value))
    else view.setFloat64(at, Number(value))
  }
}
