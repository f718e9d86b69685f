// What a tile is made from: kept beside the tiles as `recipe.json`, so that a tile made on demand next year is the very
// tile the build would have made. Images are named by publisher DID and generation, never by path.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TileFormat } from '#src/hips'
import type { Curve } from '#src/image'
import { HipsBuildError } from './errors.ts'

/** Pixels along a tile's side: what every HiPS of ours has. */
export const TILE_WIDTH = 512

export type { TileFormat } from '#src/hips'

/** How values become greys. */
export interface GreyStyle {
  readonly kind: 'grey'
  readonly low: number
  readonly high: number
  readonly stretch: Curve
}

/** How three bands become colours (Lupton et al. 2004); order red, green, blue. */
export interface ColourStyle {
  readonly kind: 'colour'
  readonly minimum: readonly [number, number, number]
  readonly scale: readonly [number, number, number]
  readonly stretch: number
  readonly q: number
}

export interface RecipeImage {
  readonly publisherDid: string
  readonly generation: string
  /** Weight in the mean, > 0. */
  readonly weight: number
}

/** How tiles become files where there is a choice; the same for tiles made later. */
export interface Encoding {
  readonly webp: 'lossless' | number
  /** 1 to 100. */
  readonly jpg: number
}
export const DEFAULT_ENCODING: Encoding = { webp: 85, jpg: 90 }

/** Raised when the same images give other bytes than before: tiles of two makers never meet in one map. */
export const MAKER = 2

interface RecipeBase {
  readonly version: 1
  /** Absent in recipes before 2. */
  readonly maker?: number
  readonly encoding?: Encoding
  /** Digest of what the map says about itself: tells a build that has nothing to do. */
  readonly about?: string
  /** Of the first map of this name, ms. */
  readonly createdMs?: number
  readonly order: number
  readonly formats: readonly TileFormat[]
  /** Last-Modified of every tile, also of those made later; whole seconds, ms. */
  readonly releasedMs: number
  /** Ancestors too are left to demand only where this says so: it is always the deepest order. */
  readonly skipDeepest: boolean
}

export interface ImageRecipe extends RecipeBase {
  readonly kind: 'images'
  /** Order at which images are resampled, >= order; tiles above it are means. */
  readonly renderOrder: number
  readonly collections: readonly string[]
  readonly style: GreyStyle
  readonly images: readonly RecipeImage[]
}

export interface ColourRecipe extends RecipeBase {
  readonly kind: 'bands'
  readonly style: ColourStyle
  /** Names of the band maps and their generations: red, green, blue. */
  readonly bands: readonly { readonly map: string; readonly generation: string }[]
}

export type Recipe = ImageRecipe | ColourRecipe

/** What decides a tile's bytes beside the images that reach it. */
export function makingOf({ kind, order, formats, skipDeepest, style, maker, encoding, ...rest }: Recipe): string {
  const renderOrder = 'renderOrder' in rest ? rest.renderOrder : undefined
  return JSON.stringify([kind, order, renderOrder, formats, skipDeepest, style, maker, encoding])
}

export async function readRecipe(folder: string): Promise<Recipe> {
  const text = await readFile(join(folder, 'recipe.json'), 'utf8').catch((cause) => {
    throw new HipsBuildError('no-such-map', 'the map has no recipe, so it cannot make tiles', { cause })
  })
  return JSON.parse(text) as Recipe
}
