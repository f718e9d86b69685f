// Pixel arrays in the machine's byte order, and what their stored values mean (FITS 4.0 §5 and §4.4.2.5).

import type { Runtime } from '#src/runtime'
import { FitsError } from './errors.ts'

export type Bitpix = 8 | 16 | 32 | 64 | -32 | -64
export type PixelArray = Uint8Array | Int16Array | Int32Array | BigInt64Array | Float32Array | Float64Array

export interface ImageShape {
  readonly bitpix: Bitpix
  /** NAXIS1 first. */
  readonly axes: readonly number[]
  readonly bscale: number
  readonly bzero: number
  /** Stored value of an undefined pixel; integers only. */
  readonly blank?: number
}

/** A plane, or a window of one, as stored: apply `toPhysical` for values. */
export interface RawImage {
  readonly bitpix: Bitpix
  readonly width: number
  readonly height: number
  readonly data: PixelArray
  readonly bscale: number
  readonly bzero: number
  readonly blank?: number
}

/** Half-open and 0-based: x0 <= x < x1, y0 <= y < y1, inside the image. */
export interface PixelWindow {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
}

export const BITPIX: readonly number[] = [8, 16, 32, 64, -32, -64]
export const bytesPerPixel = (bitpix: Bitpix) => Math.abs(bitpix) >> 3
export const isBitpix = (value: unknown): value is Bitpix => BITPIX.includes(value as number)

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

export function newPixels(bitpix: Bitpix, count: number): PixelArray {
  return pixelsOver(bitpix, new ArrayBuffer(count * bytesPerPixel(bitpix)), 0, count)
}

export function pixelsOver(bitpix: Bitpix, buffer: ArrayBuffer, offset: number, count: number): PixelArray {
  switch (bitpix) {
    case 8:
      return new Uint8Array(buffer, offset, count)
    case 16:
      return new Int16Array(buffer, offset, count)
    case 32:
      return new Int32Array(buffer, offset, count)
    case 64:
      return new BigInt64Array(buffer, offset, count)
    case -32:
      return new Float32Array(buffer, offset, count)
    case -64:
      return new Float64Array(buffer, offset, count)
  }
}

export const bytesOf = (data: PixelArray | BigUint64Array | Uint16Array | Uint32Array) =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

/** Turns words of this many bytes between big-endian (FITS) and the machine's order, in place. */
export function swapInPlace(bytes: Uint8Array, wordBytes: number, runtime: Runtime): void {
  if (wordBytes > 1 && LITTLE_ENDIAN) runtime.swap(bytes, wordBytes as 2 | 4 | 8)
}

/** The pixels as FITS bytes: a copy, big-endian. */
export function bigEndian(data: PixelArray | BigUint64Array | Uint16Array | Uint32Array, runtime: Runtime) {
  const bytes = bytesOf(data).slice()
  swapInPlace(bytes, data.BYTES_PER_ELEMENT, runtime)
  return bytes
}

/**
 * Values: bzero + bscale * stored, with BLANK as NaN. 32-bit for stored values of 8, 16 and -32 bits, 64-bit otherwise.
 * Floats without scaling come back as the very array of `raw`, not a copy.
 */
export function toPhysical(raw: RawImage): Float32Array | Float64Array {
  const { bitpix, data, bscale, bzero, blank } = raw
  if (data instanceof BigInt64Array) return physical64(data, bscale, bzero, blank)
  if (bitpix < 0 && bscale === 1 && bzero === 0) return data as Float32Array | Float64Array
  const wide = bitpix === 32 || bitpix === -64
  const out = wide ? new Float64Array(data.length) : new Float32Array(data.length)
  for (let i = 0; i < data.length; i++) out[i] = data[i] * bscale + bzero
  if (blank !== undefined && bitpix > 0)
    for (let i = 0; i < data.length; i++) if (data[i] === blank) out[i] = Number.NaN
  return out
}

function physical64(data: BigInt64Array, bscale: number, bzero: number, blank: number | undefined): Float64Array {
  const out = new Float64Array(data.length)
  // Unsigned 64-bit values are stored less 2^63: adding in integers keeps the low bits of small values.
  const shift = bscale === 1 && Number.isInteger(bzero) ? BigInt(bzero) : undefined
  for (let i = 0; i < data.length; i++)
    out[i] = shift === undefined ? Number(data[i]) * bscale + bzero : Number(data[i] + shift)
  if (blank === undefined || !Number.isInteger(blank)) return out
  const stored = BigInt(blank)
  for (let i = 0; i < data.length; i++) if (data[i] === stored) out[i] = Number.NaN
  return out
}

export function checkWindow(window: PixelWindow, width: number, height: number): void {
  const { x0, y0, x1, y1 } = window
  const whole = [x0, y0, x1, y1].every((value) => Number.isInteger(value))
  if (!whole || x0 < 0 || y0 < 0 || x1 > width || y1 > height || x0 >= x1 || y0 >= y1)
    throw new FitsError(
      'out-of-range',
      `a window lies inside its image of ${width} x ${height}, got x ${x0}..${x1}, y ${y0}..${y1}`,
    )
}
