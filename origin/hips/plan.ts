// Which tiles a map has, from the outlines of its images alone: HEALPix cells that touch a footprint, each with the
// images that may reach it. Whether a cell holds a defined pixel is known only when it is drawn.

import { hash, polygonCells } from '#src/healpix'
import { orderForPixelScale } from '#src/hips'
import type { LonLat } from '#src/sky'
import { HipsBuildError } from './errors.ts'
import { TILE_WIDTH } from './recipe.ts'

/** Allsky lies at order 3, and below it tiles are wider than any image. */
export const MIN_ORDER = 3
/** 12 * 4^13 tiles of 512 pixels: 0.025 arcsec. Beyond it no optical survey has anything to show. */
export const MAX_ORDER = 14
/** Tiles at the deepest order: more than this is another machine's work. */
const MAX_TILES = 4_000_000
/** Orders above the deepest that one thread makes in one go: 4^2 tiles and their ancestors, of a large map 4^3. */
const SUBTREE = 2
const LARGE = 4096

/** The smallest order whose pixels are no larger than the image's. */
export const orderFor = (pixelScaleArcsec: number): number =>
  Math.min(MAX_ORDER, Math.max(MIN_ORDER, orderForPixelScale(pixelScaleArcsec / 3600, TILE_WIDTH)))

export interface Subtree {
  readonly order: number
  readonly npix: number
  /** Deepest tiles below it, ascending, and for each the numbers of the images that may reach it. */
  readonly tiles: number[]
  readonly images: number[][]
}

export interface Coverage {
  readonly order: number
  /** Ascending in npix, so that ancestors are complete as early as can be. */
  readonly subtrees: readonly Subtree[]
  readonly tileCount: number
}

export function planCoverage(outlines: readonly (readonly LonLat[])[], order: number): Coverage {
  const byTile = new Map<number, number[]>()
  outlines.forEach((vertices, image) => {
    // Cells of an outline thinner than a cell still hold its corners.
    const corners = vertices.map(({ lonRad, latRad }) => hash(order, lonRad, latRad))
    for (const npix of new Set([...polygonCells(order, vertices), ...corners])) {
      const images = byTile.get(npix)
      if (images) images.push(image)
      else byTile.set(npix, [image])
      if (byTile.size > MAX_TILES)
        throw new HipsBuildError('too-large', `a map may have ${MAX_TILES} tiles at order ${order}, this one has more`)
    }
  })
  const rootOrder = Math.max(0, order - SUBTREE - (byTile.size > LARGE ? 1 : 0))
  const below = 4 ** (order - rootOrder)
  const subtrees: Subtree[] = []
  for (const npix of [...byTile.keys()].sort((a, b) => a - b)) {
    const root = Math.floor(npix / below)
    if (subtrees.at(-1)?.npix !== root) subtrees.push({ order: rootOrder, npix: root, tiles: [], images: [] })
    const subtree = subtrees[subtrees.length - 1]
    subtree.tiles.push(npix)
    subtree.images.push(byTile.get(npix) ?? [])
  }
  return { order, subtrees, tileCount: byTile.size }
}
