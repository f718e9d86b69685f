// The pixels of a window as FITS bytes, for one image HDU: copied by range where the file holds them plainly, decoded
// band by band where they are compressed. Pixels are never resampled, scaled or converted.

import { type Hdu, type PixelWindow, readWindow, type TileIndex } from '#src/fits'
import type { Runtime } from '#src/runtime'
import type { ByteSource } from '#src/storage'
import type { Segment } from './virtual-file.ts'

/** Bytes read or decoded at once. */
const CHUNK = 1 << 20

export interface PixelSource {
  readonly source: ByteSource
  readonly hdu: Hdu
  readonly tiles?: TileIndex
}

interface Geometry {
  /** Bytes of a pixel, of a row of the window, of a row of the image. */
  readonly size: number
  readonly rowBytes: number
  readonly stride: number
  readonly rows: number
  /** Planes of a cube; 1 for an image. */
  readonly planes: number
}

function geometryOf(hdu: Hdu, window: PixelWindow): Geometry {
  const { axes, bitpix } = hdu.image!
  const size = Math.abs(bitpix) / 8
  return {
    size,
    rowBytes: (window.x1 - window.x0) * size,
    stride: axes[0] * size,
    rows: window.y1 - window.y0,
    planes: axes.slice(2).reduce((product, length) => product * length, 1),
  }
}

export const windowBytes = (hdu: Hdu, window: PixelWindow): number => {
  const { rowBytes, rows, planes } = geometryOf(hdu, window)
  return rowBytes * rows * planes
}

/** Every plane of the window, as the data unit of an image HDU, without padding. */
export function pixelSegment(pixels: PixelSource, window: PixelWindow, runtime: Runtime): Segment {
  const read = pixels.hdu.tiles ? decoded : copied
  return {
    length: windowBytes(pixels.hdu, window),
    read: (start, end, signal) => read(pixels, window, runtime, start, end, signal),
  }
}

/** A file as it is. */
export async function fileSegment({ source }: { source: ByteSource }): Promise<Segment> {
  return {
    length: await source.size(),
    async *read(start, end, signal) {
      for (let at = start; at < end; ) {
        const bytes = await source.read({ offset: at, length: Math.min(CHUNK, end - at) }, { signal })
        if (bytes.length === 0) throw new RangeError('the file ends before its length')
        at += bytes.length
        yield bytes
      }
    },
  }
}

/** Rows are copied as they are; the gap between narrow rows is read over, which is cheaper than many small reads. */
async function* copied(
  { source, hdu }: PixelSource,
  window: PixelWindow,
  _runtime: Runtime,
  start: number,
  end: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { size, rowBytes, stride, rows } = geometryOf(hdu, window)
  const planeBytes = stride * (hdu.image!.axes[1] ?? 1)
  const rowsAtOnce = Math.max(1, Math.floor(CHUNK / stride))
  for (let at = start; at < end; ) {
    const row = Math.floor(at / rowBytes)
    const plane = Math.floor(row / rows)
    const y = row % rows
    const count = Math.min(rowsAtOnce, rows - y)
    const first = hdu.dataOffset + plane * planeBytes + (window.y0 + y) * stride + window.x0 * size
    const out = await copyRows(source, first, { rowBytes, stride, count }, signal)
    const skip = at - row * rowBytes
    const wanted = out.subarray(skip, Math.min(out.length, end - row * rowBytes))
    at += wanted.length
    yield wanted
  }
}

async function copyRows(
  source: ByteSource,
  first: number,
  { rowBytes, stride, count }: { rowBytes: number; stride: number; count: number },
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const span = await source.read({ offset: first, length: (count - 1) * stride + rowBytes }, { signal })
  if (span.length !== (count - 1) * stride + rowBytes) throw new RangeError('the file ends within its pixels')
  if (rowBytes === stride) return span
  const out = new Uint8Array(count * rowBytes)
  for (let i = 0; i < count; i++) out.set(span.subarray(i * stride, i * stride + rowBytes), i * rowBytes)
  return out
}

/** Whole rows of tiles at once, so that no tile is decoded twice; turned to big-endian in place. */
async function* decoded(
  { source, hdu, tiles }: PixelSource,
  window: PixelWindow,
  runtime: Runtime,
  start: number,
  end: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { size, rowBytes, rows } = geometryOf(hdu, window)
  const tileRows = tileHeight(hdu)
  const rowsAtOnce = Math.max(1, Math.floor(CHUNK / (rowBytes * tileRows))) * tileRows
  for (let at = start; at < end; ) {
    const row = Math.floor(at / rowBytes)
    const plane = Math.floor(row / rows)
    const y0 = window.y0 + (row % rows)
    // Up to the next border between rows of tiles.
    const y1 = Math.min(window.y1, (Math.floor(y0 / tileRows) + rowsAtOnce / tileRows) * tileRows)
    const raw = await readWindow(source, hdu, { ...window, y0, y1 }, { tiles, plane, runtime, signal })
    const bytes = new Uint8Array(raw.data.buffer, raw.data.byteOffset, raw.data.byteLength)
    if (size > 1) runtime.swap(bytes, size as 2 | 4 | 8)
    const wanted = bytes.subarray(at - row * rowBytes, Math.min(bytes.length, end - row * rowBytes))
    at += wanted.length
    yield wanted
  }
}

function tileHeight(hdu: Hdu): number {
  const height = hdu.header.number('ZTILE2') ?? 1
  return Number.isInteger(height) && height > 0 ? Math.min(height, hdu.image!.axes[1] ?? 1) : 1
}
