// One tile's values: every image that reaches it, resampled onto the tile's pixels, weighted mean.
// A pixel's quality says whether it counts; an image's weight says how much, so a bright star's own photon noise
// does not push it down. Tiles above the order at which images are resampled are means of their four children.

import { tileGrid } from '#src/healpix'
import { quadrantOf } from '#src/hips'
import {
  addToCoadd,
  type Coadd,
  downsample2,
  makePlane,
  type Plane,
  resampleToGrid,
  type SkyTarget,
  startCoadd,
} from '#src/image'
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

/** One image on the tile's pixels; undefined where it reaches none. */
async function onTile(target: SkyTarget, image: OpenImage): Promise<Plane | undefined> {
  const window = windowUnder(target, image)
  if (!window) return undefined
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
  const plane = resampleToGrid(target, source, shifted)
  return plane.data.some((value) => !Number.isNaN(value)) ? plane : undefined
}

async function resampled(
  order: number,
  npix: number,
  images: readonly RenderImage[],
  shelf: ImageShelf,
): Promise<Plane | undefined> {
  const target = tileTarget(order, npix)
  let first: { plane: Plane; weight: number } | undefined
  let coadd: Coadd | undefined
  for (const image of images) {
    const plane = await onTile(target, await shelf.get(image))
    if (!plane) continue
    // The first waits: alone, it is the tile as it is.
    if (!first) {
      first = { plane, weight: image.weight }
      continue
    }
    if (!coadd) {
      coadd = startCoadd(TILE_WIDTH, TILE_WIDTH)
      addToCoadd(coadd, first.plane, first.weight)
    }
    addToCoadd(coadd, plane, image.weight)
  }
  if (!coadd) return first?.plane
  const mean = makePlane(TILE_WIDTH, TILE_WIDTH)
  for (let i = 0; i < mean.data.length; i++) if (coadd.weight[i] > 0) mean.data[i] = coadd.sum[i] / coadd.weight[i]
  return mean
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
