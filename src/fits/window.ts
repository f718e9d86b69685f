// The stored pixels of a window of any image HDU, reading by range only what the window needs.

import { portableRuntime, type Runtime } from '#src/runtime'
import type { ByteSource, ReadOptions } from '#src/storage'
import { FitsError } from './errors.ts'
import type { Hdu } from './hdu.ts'
import { MAX_WINDOW_BYTES } from './limits.ts'
import {
  bytesOf,
  bytesPerPixel,
  checkWindow,
  type ImageShape,
  newPixels,
  type PixelArray,
  type PixelWindow,
  type RawImage,
  swapInPlace,
} from './pixels.ts'
import type { TileIndex } from './tile-index.ts'
import { readTiledWindow } from './tile-window.ts'

export interface WindowOptions extends ReadOptions {
  /** From readTileIndex or a file index; without it the rows of the tile table that are needed are read first. */
  readonly tiles?: TileIndex
  /** Which plane of a cube, 0-based over all axes beyond the second. */
  readonly plane?: number
  readonly runtime?: Runtime
}

/** Bytes between two rows' parts that are cheaper read than skipped. */
const MAX_GAP = 64 * 1024
const MAX_READ = 8 * 2 ** 20

export async function readWindow(
  source: ByteSource,
  hdu: Hdu,
  window: PixelWindow,
  options: WindowOptions = {},
): Promise<RawImage> {
  const { image } = hdu
  if (!image) throw new FitsError('unsupported', `HDU ${hdu.index} holds no image, but a ${hdu.kind}`)
  const { plane = 0, runtime = portableRuntime, signal } = options
  checkPlane(image, plane)
  checkWindow(window, image.axes[0], image.axes[1] ?? 1)
  const width = window.x1 - window.x0
  const height = window.y1 - window.y0
  const length = width * height * bytesPerPixel(image.bitpix)
  if (length > MAX_WINDOW_BYTES)
    throw new FitsError('too-large', `a window may take ${MAX_WINDOW_BYTES} bytes, this one takes ${length}`)
  const data = hdu.tiles
    ? await readTiledWindow(source, { ...hdu, tiles: hdu.tiles, image }, window, plane, { ...options, runtime, signal })
    : await readPlainWindow(source, hdu, image, window, plane, runtime, signal)
  return { bitpix: image.bitpix, width, height, data, bscale: image.bscale, bzero: image.bzero, blank: image.blank }
}

function checkPlane(image: ImageShape, plane: number): void {
  const planes = image.axes.slice(2).reduce((product, length) => product * length, 1)
  if (!Number.isInteger(plane) || plane < 0 || plane >= planes)
    throw new FitsError('out-of-range', `a plane is from 0 to ${planes - 1}, got ${plane}`)
}

/** Absolute byte of a pixel of a plain image. */
function pixelOffset(hdu: Hdu, image: ImageShape, plane: number, x: number, y: number): number {
  const [width, height = 1] = image.axes
  return hdu.dataOffset + ((plane * height + y) * width + x) * bytesPerPixel(image.bitpix)
}

async function readPlainWindow(
  source: ByteSource,
  hdu: Hdu,
  image: ImageShape,
  window: PixelWindow,
  plane: number,
  runtime: Runtime,
  signal: AbortSignal | undefined,
): Promise<PixelArray> {
  const size = bytesPerPixel(image.bitpix)
  const rowBytes = (window.x1 - window.x0) * size
  const stride = image.axes[0] * size
  const rows = window.y1 - window.y0
  const out = newPixels(image.bitpix, (window.x1 - window.x0) * rows)
  const outBytes = bytesOf(out)
  const together = stride - rowBytes <= MAX_GAP ? Math.max(1, Math.floor(MAX_READ / stride)) : 1
  for (let row = 0; row < rows; row += together) {
    signal?.throwIfAborted()
    const count = Math.min(together, rows - row)
    const offset = pixelOffset(hdu, image, plane, window.x0, window.y0 + row)
    const length = (count - 1) * stride + rowBytes
    const bytes = await source.read({ offset, length }, { signal })
    if (bytes.length < length)
      throw new FitsError('truncated', `HDU ${hdu.index} ends within its pixels, at byte ${offset + bytes.length}`)
    if (stride === rowBytes) outBytes.set(bytes, row * rowBytes)
    else
      for (let i = 0; i < count; i++)
        outBytes.set(bytes.subarray(i * stride, i * stride + rowBytes), (row + i) * rowBytes)
  }
  swapInPlace(outBytes, size, runtime)
  return out
}
