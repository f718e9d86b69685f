// How a tile-compressed image is cut and coded: read once from the header of its table (FITS 4.0 §10.1-10.2).

import { type ColumnLayout, tableLayout } from './columns.ts'
import { FitsError } from './errors.ts'
import type { FitsHeader } from './header.ts'
import { MAX_TILE_PIXELS } from './limits.ts'
import type { ImageShape } from './pixels.ts'

/** How floats became integers: 'none' = they did not (integers, or floats kept losslessly). */
export type Quantization = 'none' | 'NO_DITHER' | 'SUBTRACTIVE_DITHER_1' | 'SUBTRACTIVE_DITHER_2'

/** Where a field lies in a row of the table, all that a tile index needs of a column. */
export interface FieldPlace {
  readonly offset: number
  readonly code: string
  /** Bytes of one heap element: descriptors count elements. */
  readonly elementBytes: number
}

export interface TileLayout {
  /** RICE_1, GZIP_1, GZIP_2, PLIO_1, HCOMPRESS_1 or NOCOMPRESS. */
  readonly algorithm: string
  /** Pixels of a whole tile along each axis, NAXIS1 first; tiles at the upper edges are cut off. */
  readonly shape: readonly number[]
  /** Tiles along each axis. */
  readonly grid: readonly number[]
  /** Tiles in all = rows of the table. */
  readonly count: number
  readonly rowBytes: number
  /** Absolute bytes in the file. */
  readonly heapOffset: number
  /** Absolute end of the heap: no tile may reach behind it. */
  readonly heapEnd: number
  readonly compressed?: FieldPlace
  readonly gzipFallback?: FieldPlace
  readonly uncompressed?: FieldPlace
  readonly zscale?: FieldPlace
  readonly zzero?: FieldPlace
  readonly zblank?: FieldPlace
  /** The keywords of that name, where one value holds for every tile. */
  readonly fixed: { readonly zscale?: number; readonly zzero?: number; readonly zblank?: number }
  readonly quantization: Quantization
  /** ZDITHER0, from 1. */
  readonly ditherSeed: number
  readonly riceBlock: number
  readonly riceBytes: number
  /** HCOMPRESS SMOOTH. */
  readonly smooth: number
}

export function tileLayout(
  place: { header: FitsHeader; dataOffset: number; dataLength: number },
  image: ImageShape,
): TileLayout {
  const { header, dataOffset, dataLength } = place
  const algorithm = (header.string('ZCMPTYPE') ?? '').replace(/^RICE_ONE$/, 'RICE_1')
  const shape = image.axes.map((length, i) => header.number(`ZTILE${i + 1}`) ?? (i === 0 ? length : 1))
  if (shape.some((length) => !Number.isSafeInteger(length) || length < 1))
    throw new FitsError('bad-header', `ZTILEn are whole numbers from 1, got ${shape.join(' x ')}`)
  const clipped = shape.map((length, i) => Math.min(length, image.axes[i]))
  const pixels = clipped.reduce((product, length) => product * length, 1)
  if (pixels > MAX_TILE_PIXELS)
    throw new FitsError('too-large', `a tile may hold ${MAX_TILE_PIXELS} pixels, these hold ${pixels}`)
  const grid = image.axes.map((length, i) => Math.ceil(length / clipped[i]))
  const count = grid.reduce((product, tiles) => product * tiles, 1)
  const table = tableLayout(header, dataLength)
  if (table.rows < count)
    throw new FitsError('bad-header', `an image of ${count} tiles needs as many table rows, got ${table.rows}`)
  const field = (name: string) => fieldPlace(table.columns.find((column) => column.name.toUpperCase() === name))
  const zscale = field('ZSCALE')
  const fixedScale = zscale ? undefined : header.number('ZSCALE')
  return {
    algorithm,
    shape: clipped,
    grid,
    count,
    rowBytes: table.rowBytes,
    heapOffset: dataOffset + table.heapOffset,
    heapEnd: dataOffset + dataLength,
    compressed: field('COMPRESSED_DATA'),
    gzipFallback: field('GZIP_COMPRESSED_DATA'),
    uncompressed: field('UNCOMPRESSED_DATA'),
    zscale,
    zzero: field('ZZERO'),
    zblank: field('ZBLANK'),
    fixed: { zscale: fixedScale, zzero: header.number('ZZERO'), zblank: header.number('ZBLANK') },
    quantization: quantizationOf(header, image, zscale !== undefined || fixedScale !== undefined),
    ditherSeed: header.number('ZDITHER0') ?? 1,
    riceBlock: parameter(header, 'BLOCKSIZE') ?? 32,
    riceBytes: parameter(header, 'BYTEPIX') ?? 4,
    smooth: parameter(header, 'SMOOTH') ?? 0,
  }
}

function fieldPlace(column: ColumnLayout | undefined): FieldPlace | undefined {
  if (!column || column.repeat === 0) return undefined
  const bytes: Record<string, number> = { I: 2, J: 4, K: 8, E: 4, D: 8 }
  return { offset: column.offset, code: column.code, elementBytes: bytes[column.element ?? ''] ?? 1 }
}

function quantizationOf(header: FitsHeader, image: ImageShape, scaled: boolean): Quantization {
  if (image.bitpix > 0 || !scaled) return 'none'
  const name = header.string('ZQUANTIZ') ?? 'NO_DITHER'
  if (name === 'NONE') return 'none'
  if (name === 'NO_DITHER' || name === 'SUBTRACTIVE_DITHER_1' || name === 'SUBTRACTIVE_DITHER_2') return name
  throw new FitsError('unsupported', `ZQUANTIZ is NONE, NO_DITHER or SUBTRACTIVE_DITHER_1/2, got "${name}"`)
}

/** An algorithm's own parameter: ZNAMEi names it, ZVALi holds it. */
function parameter(header: FitsHeader, name: string): number | undefined {
  for (let i = 1; header.has(`ZNAME${i}`); i++)
    if (header.string(`ZNAME${i}`) === name) return header.number(`ZVAL${i}`)
  return undefined
}
