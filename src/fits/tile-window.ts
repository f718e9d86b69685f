// A window out of a tile-compressed image: which tiles it needs, few reads for their bytes, and each decoded no further
// than the window reaches.

import type { Runtime } from '#src/runtime'
import type { ByteSource } from '#src/storage'
import { unquantizeRows } from './compress/unquantize.ts'
import { FitsError } from './errors.ts'
import type { Hdu } from './hdu.ts'
import { newPixels, type PixelArray, type PixelWindow } from './pixels.ts'
import { decodeTile, type TilePixels } from './tile-decode.ts'
import { readTileIndex, type TileIndex } from './tile-index.ts'
import type { TileLayout } from './tile-layout.ts'

/** A gap between two tiles' bytes that is cheaper read than skipped. */
const MAX_GAP = 32 * 1024
/** Bytes of one read: bounds the memory a window takes beside its answer. */
const MAX_READ = 8 * 2 ** 20

/** Where the plane's tiles lie: `base` is the number of the plane's first tile, `skip` pixels of each tile precede it. */
interface PlaneTiles {
  readonly base: number
  /** 0-based place of the plane within its tiles along each higher axis. */
  readonly inner: readonly number[]
  /** Tile length along each higher axis. */
  readonly depth: readonly number[]
}

interface Run {
  start: number
  end: number
  readonly numbers: number[]
}

export async function readTiledWindow(
  source: ByteSource,
  hdu: Hdu & { tiles: TileLayout; image: NonNullable<Hdu['image']> },
  window: PixelWindow,
  plane: number,
  options: { tiles?: TileIndex; runtime: Runtime; signal?: AbortSignal },
): Promise<PixelArray> {
  const { tiles, image } = hdu
  const [tileWidth, tileHeight = 1] = tiles.shape
  const place = planeTiles(tiles, image.axes, plane)
  const across = tiles.grid[0]
  const column0 = Math.floor(window.x0 / tileWidth)
  const column1 = Math.floor((window.x1 - 1) / tileWidth)
  const row0 = Math.floor(window.y0 / tileHeight)
  const row1 = Math.floor((window.y1 - 1) / tileHeight)
  const first = place.base + row0 * across + column0
  const last = place.base + row1 * across + column1
  const index =
    options.tiles ?? (await readTileIndex(source, hdu, { first, count: last - first + 1, signal: options.signal }))
  if (index.first > first || index.first + index.count <= last)
    throw new FitsError(
      'bad-data',
      `the tile index holds tiles ${index.first} to ${index.first + index.count - 1}, not ${last}`,
    )

  const out = newPixels(image.bitpix, (window.x1 - window.x0) * (window.y1 - window.y0))
  const numbers: number[] = []
  for (let row = row0; row <= row1; row++)
    for (let column = column0; column <= column1; column++) numbers.push(place.base + row * across + column)
  for (const run of runsOf(numbers, index)) {
    options.signal?.throwIfAborted()
    const bytes = await source.read({ offset: run.start, length: run.end - run.start }, { signal: options.signal })
    if (bytes.length < run.end - run.start)
      throw new FitsError('truncated', `HDU ${hdu.index} ends within its tiles, at byte ${run.start + bytes.length}`)
    for (const number of run.numbers) {
      const at = index.offsets[number - index.first] - run.start
      const part = bytes.subarray(at, at + index.lengths[number - index.first])
      placeTile(number, part, index, hdu, window, place, out, options.runtime)
    }
  }
  return out
}

function planeTiles(tiles: TileLayout, axes: readonly number[], plane: number): PlaneTiles {
  let base = 0
  let tilesBelow = tiles.grid[0] * (tiles.grid[1] ?? 1)
  const inner: number[] = []
  const depth: number[] = []
  for (let axis = 2; axis < axes.length; axis++) {
    const at = plane % axes[axis]
    plane = Math.floor(plane / axes[axis])
    const tile = Math.floor(at / tiles.shape[axis])
    base += tile * tilesBelow
    tilesBelow *= tiles.grid[axis]
    inner.push(at - tile * tiles.shape[axis])
    depth.push(Math.min(tiles.shape[axis], axes[axis] - tile * tiles.shape[axis]))
  }
  return { base, inner, depth }
}

/** Neighbouring tiles as one read, in the order of the file. */
function runsOf(numbers: number[], index: TileIndex): Run[] {
  const offset = (number: number) => index.offsets[number - index.first]
  let ordered = true
  for (let i = 1; i < numbers.length && ordered; i++) ordered = offset(numbers[i - 1]) <= offset(numbers[i])
  if (!ordered) numbers = numbers.toSorted((a, b) => offset(a) - offset(b))
  const runs: Run[] = []
  for (const number of numbers) {
    const start = offset(number)
    const end = start + index.lengths[number - index.first]
    if (end === start) throw new FitsError('bad-data', `tile ${number} has no bytes in any column`)
    const run = runs.at(-1)
    if (run && start - run.end <= MAX_GAP && end - run.start <= MAX_READ) {
      run.end = Math.max(run.end, end)
      run.numbers.push(number)
    } else runs.push({ start, end, numbers: [number] })
  }
  return runs
}

function placeTile(
  number: number,
  bytes: Uint8Array,
  index: TileIndex,
  { tiles, image }: { tiles: TileLayout; image: NonNullable<Hdu['image']> },
  window: PixelWindow,
  plane: PlaneTiles,
  out: PixelArray,
  runtime: Runtime,
): void {
  const within = number - plane.base
  const tx = (within % tiles.grid[0]) * tiles.shape[0]
  const ty = Math.floor(within / tiles.grid[0]) * (tiles.shape[1] ?? 1)
  const width = Math.min(tiles.shape[0], image.axes[0] - tx)
  const height = Math.min(tiles.shape[1] ?? 1, (image.axes[1] ?? 1) - ty)
  const x0 = Math.max(window.x0 - tx, 0)
  const x1 = Math.min(window.x1 - tx, width)
  const y0 = Math.max(window.y0 - ty, 0)
  const y1 = Math.min(window.y1 - ty, height)
  let skip = 0
  let size = width * height
  for (const [i, at] of plane.inner.entries()) {
    skip += at * size
    size *= plane.depth[i]
  }
  const shape = [width, height, ...plane.depth]
  const wanted = skip + (y1 - 1) * width + x1
  const i = number - index.first
  const pixels = decodeTile({ bytes, coding: index.codings[i], shape, wanted }, tiles, image, runtime)
  const outStride = window.x1 - window.x0
  const rectangle = {
    from: skip + y0 * width + x0,
    tileStride: width,
    to: (ty + y0 - window.y0) * outStride + (tx + x0 - window.x0),
    outStride,
    width: x1 - x0,
    rows: y1 - y0,
  }
  if (!pixels.quantized) {
    copyRows(pixels, out, rectangle)
    return
  }
  unquantizeRows(pixels.data as Int32Array, out as Float32Array | Float64Array, rectangle, {
    scale: index.zscale?.[i] ?? tiles.fixed.zscale ?? 1,
    zero: index.zzero?.[i] ?? tiles.fixed.zzero ?? 0,
    blank: index.zblank?.[i] ?? tiles.fixed.zblank,
    dither: tiles.quantization,
    ditherSeed: tiles.ditherSeed,
    tile: number,
  })
}

function copyRows(
  { data }: TilePixels,
  out: PixelArray,
  place: { from: number; tileStride: number; to: number; outStride: number; width: number; rows: number },
): void {
  const { from, tileStride, to, outStride, width, rows } = place
  for (let row = 0; row < rows; row++) {
    const a = from + row * tileStride
    const b = to + row * outStride
    if (data.constructor === out.constructor) out.set(data.subarray(a, a + width) as never, b)
    else for (let i = 0; i < width; i++) out[b + i] = data[a + i]
  }
}
