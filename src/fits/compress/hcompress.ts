// HCOMPRESS_1 (FITS 4.0 §10.4.5; White, Postman & Lattanzi 1992): an H-transform whose coefficients lie bit plane by bit
// plane in quadtrees. Sums reach beyond 32 bits, so the transform works on whole numbers in doubles.

import { FitsError } from '../errors.ts'
import { inverseTransform, log2Ceil } from './htransform.ts'

const broken = () => new FitsError('bad-data', 'an HCOMPRESS_1 tile is broken or ends early')

/** Bits from the highest of each byte on. */
class BitReader {
  private readonly bytes: Uint8Array
  private at: number
  constructor(bytes: Uint8Array, start: number) {
    this.bytes = bytes
    this.at = start * 8
  }

  bit(): number {
    const byte = this.at >>> 3
    if (byte >= this.bytes.length) throw broken()
    return (this.bytes[byte] >>> (7 - (this.at++ & 7))) & 1
  }

  bits(count: number): number {
    let value = 0
    for (let i = 0; i < count; i++) value = (value << 1) | this.bit()
    return value
  }

  align(): void {
    this.at = (this.at + 7) & ~7
  }
}

const FOUR_BITS = [3, 5, 10, 12, 15]
const FIVE_BITS = [6, 7, 9, 11, 13]

/** The fixed Huffman code of a quadtree's 4-bit nodes. */
function node(input: BitReader): number {
  let code = input.bits(3)
  if (code < 4) return 1 << code
  code = (code << 1) | input.bit()
  if (code < 13) return FOUR_BITS[code - 8]
  code = (code << 1) | input.bit()
  if (code < 31) return FIVE_BITS[code - 26]
  return input.bit() === 0 ? 0 : 14
}

/** Decodes a tile of `width` x `height` into `out`, row by row from the first. */
export function hcompressDecode(bytes: Uint8Array, smooth: boolean, width: number, height: number, out: Int32Array) {
  if (bytes.length < 25 || bytes[0] !== 0xdd || bytes[1] !== 0x99) throw broken()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const rows = view.getInt32(2)
  const columns = view.getInt32(6)
  const scale = view.getInt32(10)
  if (rows !== height || columns !== width)
    throw new FitsError('bad-data', `an HCOMPRESS_1 tile of ${width} x ${height} says it is ${columns} x ${rows}`)
  const planes = [bytes[22], bytes[23], bytes[24]]
  if (planes.some((count) => count > 60)) throw broken()
  const input = new BitReader(bytes, 25)
  const coefficients = new Float64Array(rows * columns)
  const upper = (rows + 1) >> 1
  const left = (columns + 1) >> 1
  readQuadrant(input, coefficients, 0, columns, upper, left, planes[0])
  readQuadrant(input, coefficients, left, columns, upper, columns >> 1, planes[1])
  readQuadrant(input, coefficients, columns * upper, columns, rows >> 1, left, planes[1])
  readQuadrant(input, coefficients, columns * upper + left, columns, rows >> 1, columns >> 1, planes[2])
  if (input.bits(4) !== 0) throw broken()
  input.align()
  for (let i = 0; i < coefficients.length; i++)
    if (coefficients[i] !== 0 && input.bit() === 1) coefficients[i] = -coefficients[i]
  coefficients[0] = Number(view.getBigInt64(14))
  if (scale > 1) for (let i = 0; i < coefficients.length; i++) coefficients[i] *= scale
  inverseTransform(coefficients, rows, columns, smooth, scale)
  for (let i = 0; i < coefficients.length; i++) out[i] = coefficients[i]
}

/** Adds every bit plane of a quadrant of `rows` x `columns` at `offset`. */
function readQuadrant(
  input: BitReader,
  out: Float64Array,
  offset: number,
  stride: number,
  rows: number,
  columns: number,
  planes: number,
): void {
  if (rows === 0 || columns === 0) return
  const codeRows = (rows + 1) >> 1
  const codeColumns = (columns + 1) >> 1
  const depth = log2Ceil(Math.max(rows, columns))
  let codes: Uint8Array = new Uint8Array(codeRows * codeColumns)
  for (let plane = planes - 1; plane >= 0; plane--) {
    const kind = input.bits(4)
    if (kind === 0) {
      codes = new Uint8Array(codeRows * codeColumns)
      for (let i = 0; i < codes.length; i++) codes[i] = input.bits(4)
    } else if (kind === 15) codes = readTree(input, rows, columns, depth)
    else throw broken()
    const weight = 2 ** plane
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++) {
        const code = codes[(y >> 1) * codeColumns + (x >> 1)]
        if ((code >> (3 - 2 * (y & 1) - (x & 1))) & 1) out[offset + y * stride + x] += weight
      }
  }
}

/** One bit plane as a quadtree: each level's set bits open a node of the next. */
function readTree(input: BitReader, rows: number, columns: number, depth: number): Uint8Array {
  let codes = new Uint8Array([node(input)])
  let width = 1
  for (let level = depth - 1; level >= 1; level--) {
    const step = 2 ** level
    const newRows = Math.ceil(rows / step)
    const newWidth = Math.ceil(columns / step)
    const next = new Uint8Array(newRows * newWidth)
    for (let y = newRows - 1; y >= 0; y--)
      for (let x = newWidth - 1; x >= 0; x--) {
        const code = codes[(y >> 1) * width + (x >> 1)]
        if ((code >> (3 - 2 * (y & 1) - (x & 1))) & 1) next[y * newWidth + x] = node(input)
      }
    codes = next
    width = newWidth
  }
  return codes
}
