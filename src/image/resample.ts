// A source image laid onto another grid: a HiPS tile, a coadd patch, a preview. The target says where its pixels lie on
// the sky, the source where the sky lies on it; both in the same frame (`inIcrs` of room wcs), radians.
// Worked in blocks, so that memory does not grow with the target and far sources cost little.

import { GridCells, type GridOptions, measureGrid, type PixelMap } from './grid.ts'
import { checkSize, type MaskPlane, makePlane, type Plane, requireShape } from './plane.ts'
import { type Kernel, orMaskCells, sampleCells } from './sample.ts'

/** The target: world coordinates (lon, lat pairs, radians, NaN where none) of pixel centres (x, y pairs). */
export interface SkyTarget {
  readonly width: number
  readonly height: number
  pixelToWorldArray(xy: Float64Array, lonlat: Float64Array): void
}

/** The source's coordinates: a `Wcs` is one. */
export interface SkySource {
  worldToPixelArray(lonlat: Float64Array, out: Float64Array): void
}

export interface ResampleOptions extends GridOptions {
  readonly kernel?: Kernel
  /** Written where the source is defined, left alone elsewhere; a new NaN plane where absent. */
  readonly out?: Plane
  /** Only this part of the target. */
  readonly window?: { x0: number; y0: number; x1: number; y1: number }
}

const BLOCK = 256

/** Target pixel to source pixel, through the sky. */
export function throughSky(target: SkyTarget, source: SkySource): PixelMap {
  let sky = new Float64Array(0)
  return (xy, out) => {
    if (sky.length !== xy.length) sky = new Float64Array(xy.length)
    target.pixelToWorldArray(xy, sky)
    source.worldToPixelArray(sky, out)
  }
}

export function resampleToGrid(
  target: SkyTarget,
  source: Plane,
  wcs: SkySource,
  { kernel = 'bilinear', out, window, ...grid }: ResampleOptions = {},
): Plane {
  const result = out ?? makePlane(target.width, target.height)
  requireShape(result, target.width, target.height)
  requireShape(source, source.width, source.height)
  eachBlock(target, throughSky(target, wcs), grid, window, (cells) => sampleCells(cells, source, result, kernel))
  return result
}

/** Several planes of one image in one go: `image` by its kernel, `mask` or'ed over the bilinear neighbours. */
export function resamplePlanes(
  target: SkyTarget,
  planes: readonly { source: Plane; out: Plane; kernel: Kernel }[],
  masks: readonly { source: MaskPlane; out: MaskPlane }[],
  wcs: SkySource,
  { window, ...grid }: GridOptions & { window?: ResampleOptions['window'] } = {},
): void {
  for (const { out } of [...planes, ...masks]) requireShape(out, target.width, target.height)
  eachBlock(target, throughSky(target, wcs), grid, window, (cells) => {
    for (const { source, out, kernel } of planes) sampleCells(cells, source, out, kernel)
    for (const { source, out } of masks) orMaskCells(cells, source, out)
  })
}

function eachBlock(
  { width, height }: SkyTarget,
  map: PixelMap,
  grid: GridOptions,
  window: ResampleOptions['window'],
  use: (cells: GridCells) => void,
): void {
  checkSize(width, height)
  const cells = new GridCells()
  const right = Math.min(width, window?.x1 ?? width)
  const top = Math.min(height, window?.y1 ?? height)
  for (let y0 = Math.max(0, window?.y0 ?? 0); y0 < top; y0 += BLOCK) {
    for (let x0 = Math.max(0, window?.x0 ?? 0); x0 < right; x0 += BLOCK) {
      const block = { x0, y0, x1: Math.min(x0 + BLOCK, right), y1: Math.min(y0 + BLOCK, top) }
      measureGrid(map, block, cells, grid)
      use(cells)
    }
  }
}
