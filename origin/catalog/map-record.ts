// What the catalogue knows of a map: which tiles it has, where they lie, who may see them, and what its caches are keyed by.

import type { TileFormat } from '#src/hips'
import type { ProductRights } from '#src/rights'

/** A tree of files; packs, one a HEALPix subtree (src/hips/pack); another node's tiles, kept as they are asked for. */
export type MapLayout =
  | { readonly kind: 'tree' }
  /** `headBytes`: of the longest head of its packs, what a first read asks for. */
  | { readonly kind: 'packed'; readonly shardOrder: number; readonly headBytes?: number }
  | { readonly kind: 'remote'; readonly url: string; readonly allowPrivate?: boolean; readonly keepBytes?: number }

/** Where the packs of a map are in an object store, as they were published. */
export interface PublishedPacks {
  /** `s3://bucket` or `file:///folder`: no key, no secret. */
  readonly store: string
  /** Of the objects' keys, without a slash at the end; then comes the name of the pack. */
  readonly prefix: string
  readonly shardOrder: number
  /** Of the longest head, as in the layout. */
  readonly headBytes?: number
  /** Of the map when they were published: of a later one they are not. */
  readonly generation: string
}

/** A published HiPS. Its tiles are below `SKYEDGE_DATA/hips/{map}`. */
export interface MapRecord {
  /** `demo/dr1/r`. */
  readonly map: string
  readonly title: string
  readonly release: string
  /** Deepest order, and the deepest that everybody may see. */
  readonly order: number
  readonly publicOrder: number
  readonly formats: readonly TileFormat[]
  /** Lowest order; default 0. */
  readonly orderMin?: number
  /** Where the tiles are; default `tree`. */
  readonly layout?: MapLayout
  /** Its packs in an object store. */
  readonly packs?: PublishedPacks
  /** What made the tiles; default `built`. What others made is served as it is, its `properties` too. */
  readonly made?: 'built' | 'imported' | 'mirrored'
  /** Folder of the tiles, of the packs, or of what was pulled through, relative to `SKYEDGE_DATA/hips`. */
  readonly folder: string
  readonly generation: string
  readonly bands: readonly string[]
  readonly collections: readonly string[]
  readonly rights: ProductRights
  readonly tileWidth: number
  readonly mocOrder: number
  /** MOC of the map, JSON form (`{"8": [1, 2]}`); the public one where the upper orders differ. */
  readonly moc: string
  readonly publicMoc?: string
  /** Cells that may have a tile, in the map's own frame, where `moc` is not that: all others are known to have none. */
  readonly tiles?: string
  /** Values shown black and white, and the stretch between them. */
  readonly pixelCut?: { readonly low: number; readonly high: number; readonly stretch: string }
  /** A colour map's source maps, blue to red. */
  readonly sources?: readonly string[]
  readonly skyFraction?: number
  readonly modifiedMs: number
}
