import type { ByteSource } from '#src/storage'
import { FitsError } from './errors.ts'
import type { Hdu } from './hdu.ts'

export type NumberColumn =
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array

/** Numbers: rows x repeat in one array; text: one string a row; logical: 1, 0 or 255 for undefined; P/Q: one array a row. */
export interface TableColumn {
  readonly name: string
  readonly code: string
  readonly repeat: number
  readonly unit: string
  readonly values: NumberColumn | string[] | (NumberColumn | string)[]
}

export interface BinTable {
  readonly rows: number
  readonly columns: readonly TableColumn[]
}

export async function readBinTable(_source: ByteSource | Uint8Array, _hdu: Hdu): Promise<BinTable> {
  throw new FitsError('unsupported', 'reading tables is not written yet')
}
