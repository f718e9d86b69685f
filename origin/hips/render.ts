// One tile's values: every image that reaches it, resampled onto the tile's pixels, weighted mean.
// A pixel's quality says whether it counts; an image's weight says how much, so a bright star's own photon noise
// does not push it down. Tiles above the order at which images are resampled are means of their four children.

import { tileGrid } from '#src/healpix'
import { quadrantOf } from '#src/hips'
import { downsample2, makePlane, type Plane, resampleToGrid, type SkyTarget } from '#src/image'
import type { ImageShelf, OpenImage, RenderImage } from './images.ts'
import { TILE_WIDTH } from './recipe.ts'

/** A HiPS tile as a resampling target. */
function tileTarget(order: number, npix: number): SkyTarget {
  const grid = tileGrid(order, npix, TILE_WIDTH)
  const position = new Float64Array(2)
  return {
    width: TILE_WIDTH,
    height: TILE_WIDTH,
    pixelToWorldArray(xy, lonlat) {
      for (let k = 0; k < xy.length; k += 2) {
        grid.position(xy[k], xy[k + 1], position)
        lonlat[k] = position[0]
        lonlat[k + 1] = position[1]
      }
    },
  }
}

/** Points along a tile's side at which its place on an image is measured. */
const PROBES = 17

/** The part of the image under a tile: measured on a grid of points, with a margin for what curves between them. */
function windowUnder(target: SkyTarget, { wcs, width, height }: OpenImage) {
  const points = new Float64Array(2 * PROBES * PROBES)
  for (let j = 0, k = 0; j < PROBES; j++)
    for (let i = 0; i < PROBES; i++) {
      points[k++] = -0.5 + (i * TILE_WIDTH) / (PROBES - 1)
      points[k++] = -0.5 + (j * TILE_WIDTH) / (PROBES - 1)
    }
  target.pixelToWorldArray(points, points)
  wcs.worldToPixelArray(points, points)
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity]
  let undefinedPoints = 0
  for (let k = 0; k < points.length; k += 2) {
    const [x, y] = [points[k], points[k + 1]]
    if (!Number.isFinite(x + y)) undefinedPoints++
    else {
      x0 = Math.min(x0, x)
      x1 = Math.max(x1, x)
      y0 = Math.min(y0, y)
      y1 = Math.max(y1, y)
    }
  }
  if (undefinedPoints === PROBES * PROBES) return undefined
  if (undefinedPoints > 0) return { x0: 0, y0: 0, x1: width, y1: height }
  const margin = 3 + 0.02 * Math.max(x1 - x0, y1 - y0)
  const window = {
    x0: Math.max(0, Math.floor(x0 - margin)),
    y0: Math.max(0, Math.floor(y0 - margin)),
    x1: Math.min(width, Math.ceil(x1 + margin) + 1),
    y1: Math.min(height, Math.ceil(y1 + margin) + 1),
  }
  return window.x0 < window.x1 && window.y0 < window.y1 ? window : undefined
}

/** One image on the tile's pixels, in `out` (all NaN); whether it reaches any. */
async function onTile(target: SkyTarget, image: OpenImage, out: Plane): Promise<boolean> {
  const window = windowUnder(target, image)
  if (!window) return false
  const source = await image.read(window)
  const shifted = {
    worldToPixelArray(lonlat: Float64Array, out: Float64Array) {
      image.wcs.worldToPixelArray(lonlat, out)
      for (let k = 0; k < out.length; k += 2) {
        out[k] -= window.x0
        out[k + 1] -= window.y0
      }
    },
  }
  const { data } = resampleToGrid(target, source, shifted, { out })
  for (let i = 0; i < data.length; i++) if (!Number.isNaN(data[i])) return true
  return false
}

/** Sums of one tile at a time: a thread makes tiles one after another, but for those of the door. */
class Sums {
  readonly values = new Float64Array(TILE_WIDTH * TILE_WIDTH)
  readonly weights = new Float64Array(TILE_WIDTH * TILE_WIDTH)
  readonly scratch = makePlane(TILE_WIDTH, TILE_WIDTH)

  clear(): void {
    this.values.fill(0)
    this.weights.fill(0)
  }

  add({ data }: Plane, weight: number): void {
    const { values, weights } = this
    for (let i = 0; i < data.length; i++) {
      const value = data[i]
      // Infinite values are NaN since they were read.
      if (Number.isNaN(value)) continue
      values[i] += weight * value
      weights[i] += weight
    }
  }

  means({ data }: Plane): void {
    const { values, weights } = this
    for (let i = 0; i < data.length; i++) data[i] = weights[i] > 0 ? values[i] / weights[i] : Number.NaN
  }
}
const spare: Sums[] = []

async function resampled(
  order: number,
  npix: number,
  images: readonly RenderImage[],
  shelf: ImageShelf,
): Promise<Plane | undefined> {
  const target = tileTarget(order, npix)
  const sums = spare.pop() ?? new Sums()
  try {
    // The first is the tile as it is, if it stays alone.
    const tile = makePlane(TILE_WIDTH, TILE_WIDTH)
    let reached = 0
    let first = 1
    for (const image of images) {
      const plane = reached === 0 ? tile : sums.scratch
      if (plane === sums.scratch) plane.data.fill(Number.NaN)
      if (!(await onTile(target, await shelf.get(image), plane))) continue
      reached++
      if (reached === 1) first = image.weight
      if (reached === 2) {
        sums.clear()
        sums.add(tile, first)
      }
      if (reached >= 2) sums.add(plane, image.weight)
    }
    if (reached === 0) return undefined
    if (reached > 1) sums.means(tile)
    return tile
  } finally {
    spare.push(sums)
  }
}

export interface RenderContext {
  /** Order at which images are resampled, >= the tile's. */
  readonly renderOrder: number
  readonly shelf: ImageShelf
}

/** The values of a deepest tile, float32; undefined where no image has a defined pixel. Images in the recipe's order. */
export async function renderTile(
  order: number,
  npix: number,
  images: readonly RenderImage[],
  context: RenderContext,
): Promise<Plane | undefined> {
  if (images.length === 0) return undefined
  if (order >= context.renderOrder) return resampled(order, npix, images, context.shelf)
  const parts: (Plane | undefined)[] = []
  for (let child = 0; child < 4; child++) parts.push(await renderTile(order + 1, 4 * npix + child, images, context))
  return meanOfChildren(parts)
}

/** A parent from its children 0 to 3; undefined without any. */
export function meanOfChildren(children: readonly (Plane | undefined)[]): Plane | undefined {
  if (children.every((child) => child === undefined)) return undefined
  const parent = makePlane(TILE_WIDTH, TILE_WIDTH)
  children.forEach((child, npix) => {
    if (child) downsample2(child, quadrantOf(npix), parent)
  })
  return parent
}
